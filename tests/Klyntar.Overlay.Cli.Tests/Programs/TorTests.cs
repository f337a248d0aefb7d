namespace Klyntar.Overlay.Cli.Tests;

public sealed class TorTests : IDisposable
{
    private readonly CliHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_profile_is_for_the_address_that_is_named()
    {
        CliResult whonix = await _home.RunAsync("tor", "filter");
        whonix.ExitCode.Should().Be(0, whonix.Error);
        whonix.Output.Should().Contain("'10.152.152.11'").And.Contain("klyntar-overlay").And.EndWith("\n");
        (await _home.RunAsync("tor", "filter", "--listen", "127.0.0.1")).Output.Should().Contain("'127.0.0.1'").And.NotContain("10.152");
        (await _home.RunAsync("tor", "filter", "--listen", "localhost")).ExitCode.Should().Be(2);
    }

    [Fact]
    public async Task A_control_port_that_is_none_is_refused_as_a_word_of_the_command_line()
    {
        CliResult up = await _home.RunAsync("up", "--tor-control", "localhost:9051");
        up.ExitCode.Should().Be(2);
        up.Error.Should().Contain("--tor-control").And.Contain("unix:/path");
    }

    [Fact]
    public async Task A_control_port_contradicts_settings_of_a_tor_of_our_own()
    {
        string config = _home.Write("overlay.json", """{ "transports": { "tor": { "torrc": ["ClientOnly 1"] } } }""");
        CliResult up = await _home.RunAsync("up", "--config", config, "--tor-control", "unix:/run/tor/control");
        up.ExitCode.Should().Be(1);
        up.Error.Should().Contain("transports.tor.torrc").And.Contain("control");
    }
}
