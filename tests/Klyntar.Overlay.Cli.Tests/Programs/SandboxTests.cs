using Klyntar.Overlay.Sandbox;

namespace Klyntar.Overlay.Cli.Tests;

public sealed class SandboxTests : IDisposable
{
    private readonly CliHome _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("tor,i2p", "2", "--i2p-routers takes 1 or 3, not '2'.")]
    [InlineData("tor,i2p", "three", "--i2p-routers takes 1 or 3, not 'three'.")]
    [InlineData("tor", "3", "--i2p-routers is for a sandbox that has I2P. Add --with tor,i2p.")]
    [InlineData("freenet", "3", "--with: there is no private network of 'freenet'. Write one of tor, i2p, zeronet, or several with commas between.")]
    public async Task A_number_of_I2P_routers_that_there_cannot_be_is_named_before_anything_is_started(string with, string routers, string said)
    {
        CliResult sandbox = await _home.RunAsync("sandbox", "--with", with, "--i2p-routers", routers);

        sandbox.ExitCode.Should().Be(2);
        sandbox.Error.Should().StartWith($"klyntar-overlay: {said}\n");
        sandbox.Output.Should().BeEmpty();
    }

    [Fact]
    public async Task Three_I2P_routers_where_the_newer_i2pd_cannot_be_had_are_refused_with_cause_and_next_step()
    {
        await using var network = SandboxNetwork.Of("i2p", ["i2p"], 3);

        Func<Task> start = () => network.StartAsync(_home.Folder, new NoPrograms(), new Progress<SandboxStage>(), TestContext.Current.CancellationToken);

        await start.Should().ThrowAsync<OverlayException>().WithMessage(
            "Three I2P routers on one machine need the i2pd of Debian 13, unpacked beside. There is no mirror for i2pd-trixie. Leave --i2p-routers out: one router is a network too.");
    }

    [Theory]
    [InlineData("tor,freenet", "--with: there is no private network of 'freenet'. Write one of tor, i2p, zeronet, or several with commas between.")]
    [InlineData(",", "--with: there is no overlay named. Write one of tor, i2p, zeronet, or several with commas between.")]
    public async Task An_overlay_that_has_no_private_network_is_named_before_anything_is_started(string with, string said)
    {
        CliResult sandbox = await _home.RunAsync("sandbox", "--with", with);

        sandbox.ExitCode.Should().Be(2);
        sandbox.Error.Should().StartWith($"klyntar-overlay: {said}\n");
        sandbox.Output.Should().BeEmpty();
    }

    private sealed class NoPrograms : IHelperPrograms
    {
        public ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken) => throw new OverlayException($"There is no mirror for {name}.");
    }
}
