using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>Every promise of the contract, by Debian's obfs4proxy as client and as server, on loopback.</summary>
public sealed class PluggableContractTests(RealObfs4 obfs4, PluggablePair shared) : TransportContract, IClassFixture<PluggablePair>
{
    protected override bool CanKillHelper => true;

    public override ValueTask InitializeAsync()
    {
        obfs4.Need();
        return base.InitializeAsync();
    }

    protected override ITransport CreateTransport() => new PluggableTransport(PluggablePair.OnLoopback);

    protected override TestTransportContext CreateContext() => new(output: TestContext.Current.TestOutputHelper is { } output ? output.WriteLine : null) { Programs = obfs4.Programs };

    protected override ValueTask<TransportPair> GetPairAsync() => ValueTask.FromResult(shared.Pair);

    protected override ValueTask ReturnPairAsync(TransportPair pair) => ValueTask.CompletedTask;

    protected override ValueTask KillHelperAsync(StartedTransport started)
    {
        IReadOnlyList<int> programs = OtherProcess.WithVariable("TOR_PT_STATE_LOCATION", started.Context.Folder);
        programs.Should().NotBeEmpty();
        foreach (int program in programs)
        {
            OtherProcess.Kill(program);
        }

        return ValueTask.CompletedTask;
    }
}
