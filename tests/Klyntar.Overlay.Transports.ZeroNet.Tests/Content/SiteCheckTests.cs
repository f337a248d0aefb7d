using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class SiteCheckTests
{
    private const long Then = 1_700_000_000;

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(Then + 10);
    private static readonly ZeroNetPrivateKey Key = ZeroNetPrivateKey.Create();
    private static readonly SiteDraft Draft = new("A node", "Ключ 😀 \"q\"/\\", ImmutableSortedDictionary<string, SiteFile>.Empty.Add("index.html", SiteFile.Of("<p>"u8)));

    [Fact]
    public void A_site_of_ours_is_accepted_as_its_own_and_has_what_real_nodes_ask_for()
    {
        byte[] file = Draft.Sign(Key, Then);

        SiteCheck.Of(Read(file), Key.Address, known: null, Now).Should().Be(SiteVerdict.Accepted);
        JsonObject content = JsonNode.Parse(file)!.AsObject();
        content.Select(member => member.Key).Should().Equal("address", "description", "files", "ignore", "modified", "signers_sign", "signs_required", "title", "zeronet_version", "signs");
        ZeroNetSignature.Recover(Encoding.ASCII.GetBytes($"1:{Key.Address}"), content["signers_sign"]!.GetValue<string>()).Should().Be(Key.Address);
        content["files"]!["index.html"]!["sha512"]!.GetValue<string>().Should().Be("cf55201bf1ac8ccb9a9aa36352064f3270a754c9b596c52f6e250f438e6ac996");
    }

    [Fact]
    public void How_the_file_is_laid_out_does_not_matter()
    {
        JsonNode content = JsonNode.Parse(Draft.Sign(Key, Then))!;
        SiteCheck.Of(Read(Encoding.UTF8.GetBytes(content.ToJsonString())), Key.Address, known: null, Now).Should().Be(SiteVerdict.Accepted);
    }

    [Theory]
    [InlineData(Then - 1, true)]
    [InlineData(Then, false)]
    [InlineData(Then + 1, false)]
    public void Only_what_is_newer_than_what_is_known_is_accepted(long known, bool isAccepted) =>
        SiteCheck.Of(Read(Draft.Sign(Key, Then)), Key.Address, known, Now).Should().Be(isAccepted ? SiteVerdict.Accepted : SiteVerdict.NotNewer);

    [Theory]
    [InlineData(0, true)]
    [InlineData(24 * 3600, true)]
    [InlineData((24 * 3600) + 1, false)]
    public void What_was_signed_more_than_a_day_ahead_is_refused(long ahead, bool isAccepted) =>
        SiteCheck.Of(Read(Draft.Sign(Key, Now.ToUnixTimeSeconds() + ahead)), Key.Address, known: null, Now).Should().Be(isAccepted ? SiteVerdict.Accepted : SiteVerdict.FromTheFuture);

    [Fact]
    public void Another_site_is_refused_and_so_is_what_another_key_signed_as_this_one()
    {
        var other = ZeroNetPrivateKey.Create();
        SiteCheck.Of(Read(Draft.Sign(other, Then)), Key.Address, known: null, Now).Should().Be(SiteVerdict.ForeignSite);

        JsonObject forged = JsonNode.Parse(Draft.Sign(other, Then))!.AsObject();
        forged["address"] = Key.Address.Text;
        SiteCheck.Of(Read(forged), Key.Address, known: null, Now).Should().Be(SiteVerdict.BadSignature);
        forged["signs"] = new JsonObject { [Key.Address.Text] = other.Sign(Read(forged).SignedText.Span) };
        SiteCheck.Of(Read(forged), Key.Address, known: null, Now).Should().Be(SiteVerdict.BadSignature);
        forged["signs"] = new JsonObject { [Key.Address.Text] = Key.Sign(Read(forged).SignedText.Span) };
        SiteCheck.Of(Read(forged), Key.Address, known: null, Now).Should().Be(SiteVerdict.Accepted, "now the site's own key has signed it");
    }

    [Fact]
    public void Whatever_is_changed_spoils_the_signature()
    {
        string file = Encoding.UTF8.GetString(Draft.Sign(Key, Then));
        string[] keys = ["description", "files", "ignore", "modified", "signers_sign", "signs_required", "title", "zeronet_version", "new"];
        Gen.Int[0, keys.Length - 1].Select(i => keys[i]).Sample(key =>
        {
            JsonObject changed = JsonNode.Parse(file)!.AsObject();
            changed[key] = key switch
            {
                "modified" => Then + 1,
                "files" => new JsonObject(),
                _ => "x",
            };
            return SiteCheck.Of(Read(changed), Key.Address, known: null, Now) == SiteVerdict.BadSignature;
        });
    }

    [Fact]
    public void The_canonical_text_of_the_recorded_vector_carries_its_signature()
    {
        const string Json = """{"a": "\u041a\u043b\u044e\u0447 \u2028 \ud83d\ude00 \"q\"/\\ \u007f\t\n", "b": [1, 2, {"a": true, "z": null}], "files": {}, "modified": 1700000000}""";
        using var document = JsonDocument.Parse(Json, CanonicalJson.Reading);
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        CanonicalJson.TryWrite(document.RootElement, text).Should().BeNull();

        Encoding.ASCII.GetString(text.WrittenSpan).Should().Be(Json);
        ZeroNetSignature.Recover(text.WrittenSpan, "HD2L+TuTwyTJYjaJ4ykJz1ceoiyCs9X8NV36mhPdiygYc+xbTWpQ29MRie48xfXmAfYKAUzHbgtdx6/ZNC3X4AM=")!.Text.Should().Be("1N2XWu5soeppX2qUjvrf81rpdbShKJrjTr");
    }

    private static SiteContent Read(JsonNode node) => Read(Encoding.UTF8.GetBytes(node.ToJsonString()));

    private static SiteContent Read(byte[] file) => SiteContent.Read(file, out string? why) ?? throw new InvalidOperationException(why);
}
