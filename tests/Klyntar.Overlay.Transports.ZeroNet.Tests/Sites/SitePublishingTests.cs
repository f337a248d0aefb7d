using System.Text;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class SitePublishingTests : IDisposable
{
    private const long Now = 1_800_000_000;

    private static readonly SitePage Page = new("A node", "Of ours");

    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(Now));
    private readonly FakeLogger _log = new();
    private readonly ZeroNetPrivateKey _key = ZeroNetPrivateKey.Create();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_site_of_ours_is_signed_once_and_again_only_when_something_of_it_changes()
    {
        SiteShelf shelf = Open();
        Publish(shelf, 443).Should().Be(new SitePublication(Now, IsChanged: true, Refusal: null));
        _clock.Advance(TimeSpan.FromHours(1));
        Publish(shelf, 443).Should().Be(new SitePublication(Now, IsChanged: false, Refusal: null));
        Publish(shelf, 444).Should().Be(new SitePublication(Now + 3600, IsChanged: true, Refusal: null));
        Publish(shelf, 445).Should().Be(new SitePublication(Now + 3601, IsChanged: true, Refusal: null), "within one second the date is the next one");
        shelf.Record(_key.Address).Should().Be(new SiteRecord(TestSite.Record(445), Now + 3601, IsExpired: false));

        ReadOnlyMemory<byte> content = shelf.Read(_key.Address.Text, "content.json")!.Value;
        SiteCheck.Of(SiteContent.Read(content, out _)!, _key.Address, known: null, _clock.GetUtcNow()).Should().Be(SiteVerdict.Accepted);
    }

    [Fact]
    public void Nothing_is_dated_ahead_of_the_clock()
    {
        SiteShelf shelf = Open();
        Publish(shelf, 443);
        _clock.AdjustTime(DateTimeOffset.FromUnixTimeSeconds(Now - 60));
        Publish(shelf, 444).Modified.Should().Be(Now + 1, "a clock that was set back a little is common");
        _clock.AdjustTime(DateTimeOffset.FromUnixTimeSeconds(Now - 3600));
        Publish(shelf, 445).Should().Be(new SitePublication(
            0, false, "The site is not signed: what was signed last is dated 3601 seconds ahead of this machine's clock, and nothing is dated further ahead. Set the clock, or wait until it has passed."));
        shelf.Record(_key.Address)!.Modified.Should().Be(Now + 1);
    }

    [Fact]
    public void What_was_lost_is_signed_anew_and_newer()
    {
        Publish(Open(), 443);
        Directory.Delete(Path.Join(_folder.Of("sites/own"), _key.Address.Text), recursive: true);
        Publish(Open(), 443).Should().Be(new SitePublication(Now + 1, IsChanged: true, Refusal: null));
    }

    [Fact]
    public void A_newer_one_that_another_gateway_signed_is_told_of_and_overtaken()
    {
        TestFolder other = new();
        SiteShelf elsewhere = new(other.Path, new FakeTimeProvider(_clock.GetUtcNow().AddSeconds(30)), _log);
        Publish(elsewhere, 1);
        ReadOnlyMemory<byte> theirs = elsewhere.Read(_key.Address.Text, "content.json")!.Value;
        other.Dispose();

        SiteShelf shelf = Open();
        Publish(shelf, 443);
        shelf.Take(_key.Address, theirs).Should().Be(SiteTaking.SignedElsewhere);
        shelf.Take(_key.Address, theirs).Should().Be(SiteTaking.NotNewer);
        shelf.Record(_key.Address)!.Record.Should().Be(TestSite.Record(443), "ours is what we serve");
        _log.Collector.GetSnapshot().Should().ContainSingle().Which.Message.Should().Contain("signed elsewhere");
        Publish(shelf, 443).Should().Be(new SitePublication(Now + 31, IsChanged: true, Refusal: null));
    }

    [Fact]
    public void A_page_shows_words_as_they_are_and_runs_nothing()
    {
        string page = Encoding.UTF8.GetString(new SitePage("<script>alert(1)</script>", "\"a\" & 'b' узел").Write());
        page.Should().Contain("&lt;script&gt;alert(1)&lt;/script&gt;").And.Contain("&quot;a&quot; &amp; &#39;b&#39; узел").And.NotContain("<script").And.NotContain("://");
        new SitePage("a", "b").Write().Should().Equal(new SitePage("a", "b").Write());
    }

    [Fact]
    public void A_followed_site_whose_key_comes_here_is_ours_from_then_on()
    {
        SiteShelf shelf = Open();
        shelf.Keep(_key.Address, SiteKind.Followed).Should().BeNull();
        Publish(shelf, 443).IsChanged.Should().BeTrue();
        shelf.Find(_key.Address.Text)!.Kind.Should().Be(SiteKind.Own);
        shelf.Keep(_key.Address, SiteKind.Followed).Should().BeNull();
        shelf.Find(_key.Address.Text)!.Kind.Should().Be(SiteKind.Own);
        Action keep = () => shelf.Keep(_key.Address, SiteKind.Own);
        keep.Should().Throw<ArgumentOutOfRangeException>();
    }

    private SiteShelf Open() => new(_folder.Of("sites"), _clock, _log);

    private SitePublication Publish(SiteShelf shelf, int port) => shelf.Publish(_key, Page, TestSite.Record(port));
}
