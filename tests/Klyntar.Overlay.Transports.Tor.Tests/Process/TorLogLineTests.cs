using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class TorLogLineTests
{
    [Theory]
    [InlineData("Oct 07 12:34:56.000 [notice] Bootstrapped 100% (done): Done", LogLevel.Debug, "Bootstrapped 100% (done): Done")]
    [InlineData("Oct 07 12:34:56.000 [warn] Failed to parse/validate config", LogLevel.Warning, "Failed to parse/validate config")]
    [InlineData("Oct 07 12:34:56.000 [err] Reading config failed", LogLevel.Error, "Reading config failed")]
    [InlineData("Oct 07 12:34:56.000 [info] circuit_build()", LogLevel.Trace, "circuit_build()")]
    [InlineData("Oct 07 12:34:56.000 [warn] You are running Tor as root. You don't need to.", LogLevel.Debug, "You are running Tor as root. You don't need to.")]
    [InlineData("error while loading shared libraries: libevent", LogLevel.Debug, "error while loading shared libraries: libevent")]
    [InlineData("", LogLevel.Debug, "")]
    [InlineData(" [", LogLevel.Debug, " [")]
    public void Lines_have_our_levels(string line, LogLevel level, string text) => TorLogLine.Parse(line).Should().Be(new TorLogLine(level, text));

    [Fact]
    public void Addresses_never_pass()
    {
        string address = TorIdentityFormat.Instance.Create().Address;
        TorLogLine.Parse($"Oct 07 12:34:56.000 [notice] a {address} b {address[..56].ToUpperInvariant()} c").Text
            .Should().Be($"a {address[..4]}….onion b {address[..4].ToUpperInvariant()}… c");
        LogText.Redact(address[..50]).Should().NotContain(address[..40], "a text that was cut holds most of it");
    }

    [Fact]
    public void Keys_and_cookies_never_pass()
    {
        LogText.Redact("512 bad ED25519-V3:yMIJnXjjJGVV/rNWzjFWxEhDa8== Flags x25519:abc/d=").Should().Be("512 bad ED25519-V3:… Flags x25519:…");
        LogText.Redact($"515 {new string('A', 64)} no").Should().Be("515 :… no");
    }

    [Fact]
    public void Control_characters_and_length_are_tamed()
    {
        LogText.Redact("a\u001b[31mb\r\nc").Should().Be("a [31mb c");
        LogText.Redact(new string('!', 10_000)).Length.Should().BeLessThan(600);
    }
    [Fact]
    public void Nothing_of_a_secret_is_left_where_a_text_is_cut_through_it()
    {
        string filler = string.Concat(Enumerable.Repeat("so it is ", 55));
        for (int shift = 0; shift < 80; shift++)
        {
            LogText.Redact($"{filler[shift..]}{new string('A', 64)} and more {filler}").Should().NotContain("AAAA");
        }

        LogText.Redact(new string('A', 700)).Should().NotContain("AAAA");
    }

    [Fact]
    public void Separators_of_lines_are_tamed_as_well() => LogText.Redact("a\u2028b\u2029c\u202ed").Should().Be("a b c d");
}
