using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>Every promise of the contract, by Debian's obfs4proxy as client and as server, on loopback.</summary>
public sealed class PluggableContractTests(RealObfs4 obfs4, PluggablePair shared) : TransportContract, IClassFixture<PluggablePair>
{
    // On one machine, only a proxy makes visitors of another address.
    private static readonly string[] WithStrangers =
    [
        nameof(Visitors_are_told_apart_where_declared_and_nameless_elsewhere), nameof(An_expelled_visitor_loses_its_connections_and_nobody_else_does),
    ];

    private readonly SourceProxy _proxy = new();

    protected override bool CanKillHelper => true;

    public override ValueTask InitializeAsync()
    {
        obfs4.Need();
        return base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _proxy.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override ITransport CreateTransport() => new PluggableTransport(
        WithStrangers.Contains(TestContext.Current.TestMethod?.MethodName) ? PluggablePair.OnLoopback with { Proxy = _proxy.EndPoint } : PluggablePair.OnLoopback);

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
