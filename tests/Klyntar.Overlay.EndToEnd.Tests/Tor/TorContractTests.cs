using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Every promise of the contract, on a real Tor network.</summary>
public sealed class TorContractTests(PrivateTor network, TorPair shared) : TransportContract, IClassFixture<TorPair>
{
    protected override ContractLimits Limits { get; } = new() { Patience = TimeSpan.FromSeconds(120), BytesOfLongStream = 2 * 1024 * 1024 };

    protected override bool CanKillHelper => true;

    protected override ITransport CreateTransport() => TorPair.Create(network);

    protected override TestTransportContext CreateContext() =>
        new(output: TestContext.Current.TestOutputHelper is { } output ? output.WriteLine : null) { Programs = network.Programs };

    protected override ValueTask<TransportPair> GetPairAsync() => ValueTask.FromResult(shared.Pair);

    protected override ValueTask ReturnPairAsync(TransportPair pair) => ValueTask.CompletedTask;

    protected override async ValueTask KillHelperAsync(StartedTransport started) =>
        OtherProcess.Kill(await TorObserver.ProcessIdAsync(started.Context.Folder, Stop));

    protected override async ValueTask<string?> ObservePathAsync(StartedTransport dialler, ConnectionContext dialled)
    {
        // The contract asks right after each dial, and tor counts streams upwards: the last one is meant.
        await using TorObserver observer = await TorObserver.ConnectAsync(dialler.Context.Folder, Stop);
        IReadOnlyList<TorObserver.OpenStream> streams = await observer.StreamsAsync(Stop);
        TorObserver.OpenStream last = streams[^1];
        last.Status.Should().Be("SUCCEEDED");
        return last.CircuitId;
    }
}
