using System.Runtime.CompilerServices;
using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Every promise of the contract, on a real Tor network.</summary>
public sealed class TorContractTests(PrivateTor network, TorPair shared) : TransportContract, IClassFixture<TorPair>
{
    // A transport does not tell its folder, but the contract starts each one in the context that it asks for next.
    private readonly ConditionalWeakTable<ITransport, TestTransportContext> _contexts = [];
    private ITransport? _latest;

    protected override ContractLimits Limits { get; } = new() { Patience = TimeSpan.FromSeconds(120), BytesOfLongStream = 2 * 1024 * 1024 };

    protected override bool CanKillHelper => true;

    protected override ITransport CreateTransport() => _latest = TorPair.Create(network);

    protected override TestTransportContext CreateContext()
    {
        var context = new TestTransportContext(output: TestContext.Current.TestOutputHelper is { } output ? output.WriteLine : null) { Programs = network.Programs };
        if (_latest is not null)
        {
            _contexts.AddOrUpdate(_latest, context);
            _latest = null;
        }

        return context;
    }

    protected override ValueTask<TransportPair> GetPairAsync() => ValueTask.FromResult(shared.Pair);

    protected override ValueTask ReturnPairAsync(TransportPair pair) => ValueTask.CompletedTask;

    protected override async ValueTask KillHelperAsync(ITransport transport) =>
        OtherProcess.Kill(await TorObserver.ProcessIdAsync(FolderOf(transport), Stop));

    protected override async ValueTask<string?> ObservePathAsync(ITransport dialler, ConnectionContext dialled)
    {
        // The contract asks right after each dial, and tor counts streams upwards: the last one is meant.
        await using TorObserver observer = await TorObserver.ConnectAsync(FolderOf(dialler), Stop);
        IReadOnlyList<TorObserver.OpenStream> streams = await observer.StreamsAsync(Stop);
        TorObserver.OpenStream last = streams[^1];
        last.Status.Should().Be("SUCCEEDED");
        return last.CircuitId;
    }

    private string FolderOf(ITransport transport)
    {
        if (transport == shared.Pair.Dialler.Transport)
        {
            return shared.Pair.Dialler.Context.Folder;
        }

        return _contexts.TryGetValue(transport, out TestTransportContext? context)
            ? context.Folder
            : throw new InvalidOperationException("This transport was not started by this test.");
    }
}
