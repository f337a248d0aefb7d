using System.Collections.Concurrent;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>Every promise of the contract where ZeroNet runs over an overlay, so that streams share connections, between gateways that find each other by a tracker's onion.</summary>
public sealed class OverlaidContractTests(MemoryTracker tracker) : TransportContract, IClassFixture<MemoryTracker>
{
    private readonly ConcurrentBag<InMemoryTransport> _tors = [];

    protected override ContractLimits Limits { get; } = new() { Patience = TimeSpan.FromSeconds(30) };

    protected override bool AddressesIgnoreCase => false;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (InMemoryTransport tor in _tors)
        {
            await tor.DisposeAsync();
        }
    }

    protected override ITransport CreateTransport() => new ZeroNetTransport(new ZeroNetOptions { Over = ["tor"], Trackers = [tracker.Address] });

    protected override TestTransportContext CreateContext()
    {
        (TestTransportContext context, InMemoryTransport tor) = tracker.Network.CreateContext(TestContext.Current.TestOutputHelper is { } output ? output.WriteLine : null);
        _tors.Add(tor);
        return context;
    }
}
