using System.Text;
using System.Text.Json.Nodes;
using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class SiteContentTests
{
    private static readonly string Signature = new('A', 88);
    private static readonly string Hash = new('0', 64);

    private static JsonObject Whole => new()
    {
        ["address"] = "1N2XWu5soeppX2qUjvrf81rpdbShKJrjTr",
        ["modified"] = 1_700_000_000,
        ["files"] = new JsonObject { ["index.html"] = new JsonObject { ["sha512"] = Hash, ["size"] = 10 } },
        ["signs"] = new JsonObject { ["1N2XWu5soeppX2qUjvrf81rpdbShKJrjTr"] = Signature },
        ["of others"] = "Ключ",
    };

    [Fact]
    public void What_is_of_use_is_read_and_the_signed_text_has_all_but_the_signatures()
    {
        SiteContent content = SiteContent.Read(Encoding.UTF8.GetBytes(Whole.ToJsonString()), out string? why)!;

        why.Should().BeNull();
        content.Address.Should().Be("1N2XWu5soeppX2qUjvrf81rpdbShKJrjTr");
        content.Modified.Should().Be(1_700_000_000);
        content.Files.Should().Equal(new Dictionary<string, SiteFile> { ["index.html"] = new(Hash, 10) });
        content.Signatures.Should().Equal(new Dictionary<string, string> { ["1N2XWu5soeppX2qUjvrf81rpdbShKJrjTr"] = Signature });
        Encoding.ASCII.GetString(content.SignedText.Span).Should().Be(
            $$$"""{"address": "1N2XWu5soeppX2qUjvrf81rpdbShKJrjTr", "files": {"index.html": {"sha512": "{{{Hash}}}", "size": 10}}, "modified": 1700000000, "of others": "\u041a\u043b\u044e\u0447"}""");
    }

    [Theory]
    [InlineData("address", null, "it names no site")]
    [InlineData("address", "7", "it names no site")]
    [InlineData("modified", null, "it does not say when it was signed")]
    [InlineData("modified", "-1", "it does not say when it was signed")]
    [InlineData("modified", "9223372036854775808", "it does not say when it was signed")]
    [InlineData("modified", "1700000000.5", "it has a number that is not whole")]
    [InlineData("files", null, "its files are not listed as they should be")]
    [InlineData("files", "[]", "its files are not listed as they should be")]
    [InlineData("files", """{"a":{"sha512":"00","size":1}}""", "its files are not listed as they should be")]
    [InlineData("files", """{"a":{"size":1}}""", "its files are not listed as they should be")]
    [InlineData("files", """{"a":{"sha512":"0000000000000000000000000000000000000000000000000000000000000000","size":-1}}""", "its files are not listed as they should be")]
    [InlineData("files", """{"../a":{}}""", "a file's path leads out of the site, or is none")]
    [InlineData("files", """{"/etc/passwd":{}}""", "a file's path leads out of the site, or is none")]
    [InlineData("signs", null, "its signatures are not listed as they should be")]
    [InlineData("signs", "{}", "its signatures are not listed as they should be")]
    [InlineData("signs", """{"1":"short"}""", "its signatures are not listed as they should be")]
    [InlineData("signs", """{"1":"\ud800"}""", "it has half a character of UTF-16")]
    public void What_is_not_as_it_should_be_is_refused_with_its_cause(string key, string? value, string why)
    {
        string text = Whole.ToJsonString();
        string whole = value is null ? Without(key) : $$"""{{text[..^1]}},"{{key}}":{{value}}}""";

        Refusal(whole).Should().Be($"A site's content.json is not taken: {why}.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    public void What_is_no_JSON_is_refused(string text) => Refusal(text).Should().Contain("it is no JSON");

    [Fact]
    public void Depth_size_and_counts_are_bounded()
    {
        Refusal(new string('[', 10_000)).Should().Contain("deeper than 64");
        Refusal($$"""{"a":{{new string('[', 64)}}{{new string(']', 64)}}}""").Should().Contain("deeper than 64");
        Refusal(new string(' ', SiteContent.MostSize + 1)).Should().Contain("larger than 1048576 bytes");
        Refusal(With("files", Enumerable.Range(0, SiteContent.MostFiles + 1).Select(i => $$"""{"sha512":"{{Hash}}","size":{{i}}}"""))).Should().Contain("its files are not listed");
        Refusal(With("signs", Enumerable.Repeat($"\"{Signature}\"", SiteContent.MostSignatures + 1))).Should().Contain("its signatures are not listed");
    }

    [Fact]
    public void Any_bytes_are_read_or_refused() =>
        Gen.OneOf(Gen.Byte.Array[0, 200], Gen.Select(Gen.String, Gen.Int[0, 300]).Select((text, at) => Encoding.UTF8.GetBytes(Whole.ToJsonString().Insert(Math.Min(at, Whole.ToJsonString().Length), text))))
            .Sample(bytes => SiteContent.Read(bytes, out string? why) is null == why is not null);

    private static string Without(string key)
    {
        JsonObject whole = Whole;
        whole.Remove(key);
        return whole.ToJsonString();
    }

    private static string With(string key, IEnumerable<string> values)
    {
        string members = string.Join(',', values.Select((value, i) => $"\"{i}\":{value}"));
        return Whole.ToJsonString()[..^1] + $",\"{key}\":{{{members}}}}}";
    }

    private static string? Refusal(string text)
    {
        SiteContent.Read(Encoding.UTF8.GetBytes(text), out string? why).Should().BeNull();
        return why;
    }
}
