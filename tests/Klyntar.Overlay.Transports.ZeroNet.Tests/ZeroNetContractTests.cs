using System.Collections.Immutable;
using System.Net;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>Every promise of the contract, between gateways on this machine that find each other by a tracker.</summary>
public sealed class ZeroNetContractTests(LoopbackTracker tracker) : TransportContract, IClassFixture<LoopbackTracker>
{
    protected override ContractLimits Limits { get; } = new() { Patience = TimeSpan.FromSeconds(30) };

    protected override bool AddressesIgnoreCase => false;

    protected override ImmutableArray<string> Queries => ["zeronet_peers=192.0.2.1:15441,[2001:db8::1]:15441"];

    protected override ITransport CreateTransport() => new ZeroNetTransport(new ZeroNetOptions
    {
        Clearnet = true,
        AllowPrivate = true,
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Trackers = [tracker.Address],
    });
}
