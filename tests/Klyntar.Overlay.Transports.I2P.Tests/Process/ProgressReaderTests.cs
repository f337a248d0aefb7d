using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P.Tests;

public sealed class ProgressReaderTests
{
    private readonly ProgressReader _reader = new();

    [Fact]
    public void Routers_and_tunnels_are_counted()
    {
        _reader.Status.Current.What.Should().Be("looking for other routers");
        _reader.Status.Current.Numbers.Should().BeNull();
        Read("NetDb: 52 routers loaded (12 floodfils)", "NetDb: RouterInfo added: …", "NetDb: RouterInfo added: …", "NetDb: Deleting 4 unreachable routers");
        _reader.Status.Current.What.Should().Be("building tunnels: 50 routers known");
        Read("Tunnel: Inbound tunnel 123456 has been created", "Tunnel: Outbound tunnel 7 has been created", "Tunnel: Inbound tunnel 8 has been declined");
        _reader.Status.Current.Should().Be(new RouterProgress(50, 2, null));
        _reader.Status.Current.What.Should().Be("building tunnels: 50 routers known, 2 tunnels built");
        _reader.Status.Current.Numbers.Should().Be("50 routers known, 2 tunnels built");
    }

    [Fact]
    public void More_routers_are_never_deleted_than_were_known()
    {
        Read("NetDb: Deleting 99999999 unreachable routers", "NetDb: 999999999999999999999 routers loaded (1 floodfils)");
        _reader.Status.Current.Should().Be(RouterProgress.None);
    }

    [Theory]
    [InlineData("Reseed: Failed to reseed from servers after 10 attempts")]
    [InlineData("NetDbReq: No known routers, reseed seems to be totally failed")]
    [InlineData("NetDb: No known routers, reseed seems to be totally failed")]
    public void A_router_that_nobody_tells_of_others_says_so_until_somebody_does(string line)
    {
        Read(line);
        _reader.Status.Current.Trouble.Should().Contain("none of the servers that would tell of them answers");
        Read("NetDb: RouterInfo added: …");
        _reader.Status.Current.Trouble.Should().BeNull();
        Read(line);
        _reader.Status.Current.Trouble.Should().BeNull("one that knows others need not ask");
    }

    [Fact]
    public void Without_certificates_that_is_the_reason()
    {
        Read("Reseed: Can't load reseed certificates from /x/certificates/reseed", "Reseed: Failed to reseed from servers after 10 attempts");
        _reader.Status.Current.Trouble.Should().Contain("certsdir=FOLDER");
    }

    [Theory]
    [InlineData("07:38:51@884/\uFFFD[1;36minfo\uFFFD[0m - Log: Logging level set to info", LogLevel.Trace, "Log: Logging level set to info")]
    [InlineData("07:38:51@884/\uFFFD[1;33mwarn\uFFFD[0m - Family: Can't load", LogLevel.Debug, "Family: Can't load")]
    [InlineData("07:38:51@9/\uFFFD[1;31merror\uFFFD[0m - SAM: Accept error", LogLevel.Debug, "SAM: Accept error")]
    [InlineData("07:38:51@884/critical - Daemon: no", LogLevel.Error, "Daemon: no")]
    [InlineData("07:38:51@884/info - plain", LogLevel.Trace, "plain")]
    [InlineData("terminate called without an active exception", LogLevel.Debug, "terminate called without an active exception")]
    [InlineData("", LogLevel.Debug, "")]
    public void Lines_have_our_levels(string line, LogLevel level, string text) => I2pdLogLine.Parse(line).Should().Be(new I2pdLogLine(level, text));

    [Fact]
    public void No_name_of_a_destination_or_router_passes() =>
        I2pdLogLine.Parse($"07:38:51@884/info - NetDb: RouterInfo added: {new string('a', 43)}= of {new string('b', 52)}.b32.i2p").Text
            .Should().Be("NetDb: RouterInfo added: … of ….i2p");

    [Theory]
    [InlineData("07:38:51@884/\uFFFD[1;32mnone\uFFFD[0m - i2pd v2.45.1 (0.9.57) starting...", "2.45.1")]
    [InlineData("07:50:00@436/none - i2pd v2.56.0 (0.9.65) starting...", "2.56.0")]
    [InlineData("07:50:00@436/none - i2pd v99999.1 (0.9.65) starting...", null)]
    [InlineData("i2pd v2.56.0", null)]
    public void The_first_line_tells_the_version(string line, string? version) => I2pdBanner.TryParse(line)?.ToString().Should().Be(version);

    private void Read(params string[] lines)
    {
        foreach (string line in lines)
        {
            _reader.OnLine(line);
        }
    }
}
