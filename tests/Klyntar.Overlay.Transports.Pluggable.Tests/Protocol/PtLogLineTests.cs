using CsCheck;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>Messages of programs for their operators: pt-spec, section 3.3.4.</summary>
public sealed class PtLogLineTests
{
    [Theory]
    [InlineData(" SEVERITY=debug MESSAGE=\"Connected to bridge A\"", LogLevel.Debug, "Connected to bridge A")]
    [InlineData(" SEVERITY=error MESSAGE=\"a \\\"quoted\\\" \\\\ word\"", LogLevel.Information, "a \"quoted\" \\ word")]
    [InlineData(" MESSAGE=bare SEVERITY=warning", LogLevel.Information, "bare")]
    [InlineData(" MESSAGE=bare", LogLevel.Debug, "bare")]
    public void A_message_is_read(string line, LogLevel level, string text)
    {
        PtLogLine.TryRead(line, out PtLogLine? log).Should().BeTrue();

        log.Should().Be(new PtLogLine(level, text));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" SEVERITY=debug")]
    [InlineData(" MESSAGE=\"unended")]
    [InlineData(" MESSAGE=\"unended\\\"")]
    [InlineData(" word")]
    [InlineData(" =x")]
    public void Anything_else_is_no_message(string line) => PtLogLine.TryRead(line, out _).Should().BeFalse();

    [Fact]
    public void No_text_throws() => Gen.String.Sample(static text => PtLogLine.TryRead(text, out PtLogLine? line) == (line is not null));

    [Theory]
    [InlineData("dial tcp 192.0.2.7:443: connect: refused", "dial tcp …: connect: refused")]
    [InlineData("dial tcp [2001:db8::7]:443: refused", "dial tcp …: refused")]
    [InlineData("cert=AX+MquLMNoEVYbpJIX1dfwsUp5sEX8QFyn21r2/PvAROoBjEmh8jeXeAiicnh6F71doZew bad", "… bad")]
    [InlineData("to abcdef.ghi.pt.alt now", "to ….pt.alt now")]
    [InlineData("at 12:34:56 nothing happened", "at … nothing happened")]
    [InlineData("a\u001b[31mb\u202ec", "a [31mb c")]
    public void Addresses_keys_and_controls_are_taken_out_of_what_is_logged(string text, string shown) => LogText.Redact(text).Should().Be(shown);
}
