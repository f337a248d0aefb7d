using System.Text;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class SiteShelfTests : IDisposable
{
    private const long Now = 1_800_000_000;

    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(Now));
    private readonly FakeLogger _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_site_counts_when_its_end_points_have_come_and_its_other_files_are_seen_as_they_come()
    {
        SiteShelf shelf = Open();
        TestSite site = Followed(shelf);

        shelf.Take(site.Address, site.Sign(Now)).Should().Be(SiteTaking.AwaitsFiles);
        shelf.Record(site.Address).Should().BeNull();
        shelf.Read(site.Address.Text, "content.json").Should().BeNull("readers never see a site by halves");
        shelf.Wanted(site.Address).Select(file => file.Path).Should().Equal("klyntar-endpoints.json", "index.html");

        shelf.Give(site.Address, "klyntar-endpoints.json", site.Files["klyntar-endpoints.json"]).Should().Be(SiteGiving.Kept);
        shelf.Record(site.Address).Should().Be(new SiteRecord(TestSite.Record(443), Now, IsExpired: false));
        shelf.Read(site.Address.Text, "index.html").Should().BeNull();
        shelf.Give(site.Address, "index.html", site.Files["index.html"]).Should().Be(SiteGiving.Kept);
        Text(shelf, site, "index.html").Should().Be("<p>Hello</p>");
        shelf.Wanted(site.Address).Should().BeEmpty();
    }

    [Fact]
    public void Until_the_next_end_points_come_a_site_says_what_it_said()
    {
        SiteShelf shelf = Open();
        TestSite site = Followed(shelf);
        site.Bring(shelf, Now);
        site.SetEndPoints(444);
        byte[] next = site.Sign(Now + 5);

        shelf.Take(site.Address, next).Should().Be(SiteTaking.AwaitsFiles);
        shelf.Record(site.Address)!.Record.EndPoints.Single().Port.Should().Be(443);
        shelf.Take(site.Address, next).Should().Be(SiteTaking.AwaitsFiles, "another peer may send it too, and have the file");
        shelf.Give(site.Address, "klyntar-endpoints.json", site.Files["klyntar-endpoints.json"]).Should().Be(SiteGiving.Kept);
        shelf.Record(site.Address).Should().Be(new SiteRecord(TestSite.Record(444), Now + 5, IsExpired: false));
        shelf.Take(site.Address, next).Should().Be(SiteTaking.NotNewer);
        _folder.Files().Count(path => path.Contains(site.Address.Text, StringComparison.Ordinal)).Should().Be(4, "the older end points are gone: content.json, two files and the mark");
    }

    [Fact]
    public void An_expired_record_says_so()
    {
        SiteShelf shelf = Open();
        TestSite site = Followed(shelf);
        site.SetEndPoints(443, Now + 60);
        site.Bring(shelf, Now);
        shelf.Record(site.Address)!.IsExpired.Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(60));
        shelf.Record(site.Address)!.IsExpired.Should().BeTrue();
    }

    [Fact]
    public void All_is_as_it_was_after_a_restart()
    {
        SiteShelf shelf = Open();
        TestSite followed = Followed(shelf);
        followed.Bring(shelf, Now);
        var visited = TestSite.WithEndPoints(8443);
        shelf.Keep(visited.Address, SiteKind.Visited).Should().BeNull();
        visited.Bring(shelf, Now - 7);
        var key = ZeroNetPrivateKey.Create();
        shelf.Publish(key, new SitePage("Ours", "A node"), TestSite.Record(1)).IsChanged.Should().BeTrue();

        SiteShelf again = Open();
        again.Sites.Should().BeEquivalentTo(
        [
            new ShelfEntry(followed.Address, SiteKind.Followed, Now, 1_900_000_000),
            new ShelfEntry(visited.Address, SiteKind.Visited, Now - 7, 1_900_000_000),
            new ShelfEntry(key.Address, SiteKind.Own, Now, 1_900_000_000),
        ]);
        again.Record(visited.Address)!.Record.Should().Be(TestSite.Record(8443));
        again.Take(followed.Address, followed.Sign(Now)).Should().Be(SiteTaking.NotNewer);
        again.Publish(key, new SitePage("Ours", "A node"), TestSite.Record(1)).Should().Be(new SitePublication(Now, IsChanged: false, Refusal: null));
        _log.Collector.Count.Should().Be(0, "a normal run logs nothing that is wrong");
    }

    [Fact]
    public void Nobody_else_can_read_what_is_kept()
    {
        SiteShelf shelf = Open();
        Followed(shelf).Bring(shelf, Now);
        if (!OperatingSystem.IsWindows())
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(_folder.Of("sites"), "*", SearchOption.AllDirectories))
            {
                (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)).Should().Be(UnixFileMode.None, path);
            }
        }
    }

    [Fact]
    public void What_is_beyond_the_caps_is_not_kept()
    {
        SiteShelf shelf = Open();
        TestSite site = Followed(shelf);
        site.Files["a-large.bin"] = new byte[SiteLimits.SiteBytes];
        for (int i = 0; i < 40; i++)
        {
            site.Files[$"many/{i:00}"] = [(byte)i];
        }

        site.Bring(shelf, Now);
        shelf.Wanted(site.Address).Should().BeEmpty();
        shelf.Give(site.Address, "a-large.bin", site.Files["a-large.bin"]).Should().Be(SiteGiving.NotWanted);
        shelf.Read(site.Address.Text, "a-large.bin").Should().BeNull();
        shelf.Read(site.Address.Text, "many/29").Should().NotBeNull("with the end points and index.html it is the 32nd");
        shelf.Read(site.Address.Text, "many/30").Should().BeNull();

        shelf.Take(site.Address, site.Sign(Now + 1, content => content["long"] = new string('x', SiteLimits.ContentBytes))).Should().Be(SiteTaking.TooLarge);
        site.Files["klyntar-endpoints.json"] = new byte[EndPointRecord.MostSize + 1];
        shelf.Take(site.Address, site.Sign(Now + 1)).Should().Be(SiteTaking.TooLarge);
        shelf.Record(site.Address).Should().NotBeNull();
    }

    [Fact]
    public void Visited_sites_make_room_for_new_ones_and_followed_ones_do_not()
    {
        SiteShelf shelf = Open();
        TestSite followed = Followed(shelf);
        followed.Bring(shelf, Now);
        TestSite first = new();
        TestSite second = new();
        ZeroNetAddress[] sites = [first.Address, second.Address, .. Enumerable.Range(0, SiteLimits.Visited - 2).Select(_ => ZeroNetPrivateKey.Create().Address)];
        foreach (ZeroNetAddress site in sites)
        {
            shelf.Keep(site, SiteKind.Visited).Should().BeNull();
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        shelf.Read(first.Address.Text, "content.json").Should().BeNull("nothing is known of it, and yet it was asked for");
        shelf.Keep(new TestSite().Address, SiteKind.Visited).Should().BeNull();
        shelf.Find(second.Address.Text).Should().BeNull("it was used the longest ago");
        shelf.Find(first.Address.Text).Should().NotBeNull();
        shelf.Find(followed.Address.Text).Should().NotBeNull();
        shelf.Keep(followed.Address, SiteKind.Visited).Should().BeNull();
        shelf.Find(followed.Address.Text)!.Kind.Should().Be(SiteKind.Followed);
        shelf.Unfollow(followed.Address).Should().BeNull();
        shelf.Find(followed.Address.Text).Should().Be(new ShelfEntry(followed.Address, SiteKind.Visited, Now, 1_900_000_000));
        Open().Record(followed.Address).Should().NotBeNull("it was moved as it was");
    }

    [Fact]
    public async Task A_download_asks_for_what_is_missing_and_says_whether_the_site_counts()
    {
        SiteShelf shelf = Open();
        TestSite site = Followed(shelf);
        List<string> asked = [];
        Task<ReadOnlyMemory<byte>?> Fetch(WantedFile wanted, bool has)
        {
            asked.Add(wanted.Path);
            return Task.FromResult<ReadOnlyMemory<byte>?>(has ? site.Files[wanted.Path] : null);
        }

        CancellationToken none = TestContext.Current.CancellationToken;
        (await SiteDownload.TakeAsync(shelf, site.Address, site.Sign(Now), (wanted, _) => Fetch(wanted, has: false), none)).Should().Be(SiteTaking.AwaitsFiles);
        (await SiteDownload.TakeAsync(shelf, site.Address, site.Sign(Now), (wanted, _) => Fetch(wanted, has: wanted.Path != "index.html"), none)).Should().Be(SiteTaking.Current);
        (await SiteDownload.TakeAsync(shelf, site.Address, site.Sign(Now), (wanted, _) => Fetch(wanted, has: true), none)).Should().Be(SiteTaking.NotNewer);
        asked.Should().Equal("klyntar-endpoints.json", "index.html", "klyntar-endpoints.json", "index.html", "index.html");
        Text(shelf, site, "index.html").Should().Be("<p>Hello</p>");
    }

    [Fact]
    public void A_thousand_followed_records_are_held_in_twenty_megabytes()
    {
        const int Count = 1_000;
        const long Most = 20_000_000;
        SiteShelf shelf = Open();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < Count; i++)
        {
            TestSite site = Followed(shelf);
            shelf.Take(site.Address, site.Sign(Now)).Should().Be(SiteTaking.AwaitsFiles);
            shelf.Give(site.Address, "klyntar-endpoints.json", site.Files["klyntar-endpoints.json"]).Should().Be(SiteGiving.Kept);
        }

        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        shelf.Sites.Count(entry => entry.Expires is not null).Should().Be(Count);
        TestContext.Current.TestOutputHelper!.WriteLine($"{Count} followed records: {held / 1_000} kB");
        held.Should().BeLessThan(Most);
    }

    private SiteShelf Open() => new(_folder.Of("sites"), _clock, _log);

    private static TestSite Followed(SiteShelf shelf)
    {
        var site = TestSite.WithEndPoints();
        shelf.Keep(site.Address, SiteKind.Followed).Should().BeNull();
        return site;
    }

    private static string Text(SiteShelf shelf, TestSite site, string path) => Encoding.UTF8.GetString(shelf.Read(site.Address.Text, path)!.Value.Span);
}
