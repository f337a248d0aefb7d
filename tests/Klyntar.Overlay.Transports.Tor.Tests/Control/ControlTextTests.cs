using CsCheck;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class ControlTextTests
{
    [Theory]
    [InlineData("\"plain\"", "plain")]
    [InlineData("\"\"", "")]
    [InlineData("\"a\\\"b\\\\c\"", "a\"b\\c")]
    [InlineData("\"\\n\\t\\r\\0\\101\\18\"", "\n\t\r\0A\u00018")]
    [InlineData("\"\\377\\x\"", "\xffx")]
    public void A_quoted_string_is_read(string quoted, string plain)
    {
        ReadOnlySpan<char> text = quoted;
        ControlText.Unquote(ref text).Should().Be(plain);
        text.IsEmpty.Should().BeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("\"")]
    [InlineData("\"a\\")]
    [InlineData("\"a\\\"")]
    [InlineData("\"\\400\"")]
    public void A_malformed_one_is_refused(string quoted)
    {
        ReadOnlySpan<char> text = quoted;
        ControlText.Unquote(ref text).Should().BeNull();
    }

    [Fact]
    public void Any_bytes_come_back_from_their_quoted_string_which_has_no_line_ends() =>
        Gen.Char['\0', '\xff'].Array[0, 60].Sample(characters =>
        {
            string quoted = ControlText.Quote(characters);
            quoted.Should().NotContainAny("\r", "\n", "\0");
            ReadOnlySpan<char> text = quoted;
            ControlText.Unquote(ref text).Should().Be(new string(characters));
        });

    [Fact]
    public void Any_text_is_read_or_refused_without_an_exception() =>
        Gen.OneOf("\"", "\\", "0", "9", "7", "n", " ", "KEY=", "=", "a").Array[0, 30].Sample(pieces =>
        {
            ReadOnlySpan<char> text = string.Concat(pieces);
            _ = ControlText.Unquote(ref text);
            _ = ControlArguments.TryParse(string.Concat(pieces), out _);
        });

    [Fact]
    public void Words_and_keywords_are_told_apart()
    {
        ControlArguments.TryParse("BUILT $AB=relay,$CD~x  PURPOSE=HS_CLIENT_REND SUMMARY=\"a \\\"b\\\"\" PURPOSE=OTHER EMPTY= \"quoted word\"", out ControlArguments? arguments).Should().BeTrue();
        arguments!.Words.Should().Equal("BUILT", "$AB=relay,$CD~x", "quoted word");
        arguments["PURPOSE"].Should().Be("HS_CLIENT_REND");
        arguments["SUMMARY"].Should().Be("a \"b\"");
        arguments["EMPTY"].Should().BeEmpty();
        arguments["MISSING"].Should().BeNull();
    }

    [Theory]
    [InlineData("A=\"b")]
    [InlineData("A=\"b\"c")]
    [InlineData("\"b\"c")]
    public void A_malformed_list_of_arguments_is_refused(string text) =>
        ControlArguments.TryParse(text, out _).Should().BeFalse();
}
