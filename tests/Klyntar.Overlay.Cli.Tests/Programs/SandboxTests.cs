namespace Klyntar.Overlay.Cli.Tests;

public sealed class SandboxTests : IDisposable
{
    private readonly CliHome _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("tor,zeronet", "--with: there is no private network of 'zeronet'. Write one of tor, i2p, or several with commas between.")]
    [InlineData(",", "--with: there is no overlay named. Write one of tor, i2p, or several with commas between.")]
    public async Task An_overlay_that_has_no_private_network_is_named_before_anything_is_started(string with, string said)
    {
        CliResult sandbox = await _home.RunAsync("sandbox", "--with", with);

        sandbox.ExitCode.Should().Be(2);
        sandbox.Error.Should().StartWith($"klyntar-overlay: {said}\n");
        sandbox.Output.Should().BeEmpty();
    }
}
