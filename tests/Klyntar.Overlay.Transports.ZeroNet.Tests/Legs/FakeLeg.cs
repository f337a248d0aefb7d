using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>A network that is what the test says, and reached from all of it.</summary>
internal sealed class FakeLeg : ILeg
{
    public FakeLeg() => Says.Set(ServiceStatus.Published);

    public string Name => "fake";

    public RecordedEndPointKind Kind => RecordedEndPointKind.Tcp;

    public bool IsOverlay { get; init; }

    public PeerLocation? Address { get; set; } = PeerLocation.Of(Peers.Address, 26552);

    public StatusSource<ServiceStatus> Says { get; } = new(new ServiceStatus.Publishing("fake"));

    public IStatus<ServiceStatus> Status => Says;

    /// <summary>Whoever was dialled, in order.</summary>
    public ConcurrentQueue<PeerLocation> Dialled { get; } = new();

    /// <summary>What becomes of a dial; without a place here, nobody is there.</summary>
    public ConcurrentDictionary<PeerLocation, Func<CancellationToken, ValueTask<DialResult>>> Places { get; } = new();

    public bool Reaches(PeerLocationKind kind) => kind == PeerLocationKind.IPv4;

    /// <summary>Has a peer be at a place, for each who dials it another connection.</summary>
    public void Put(PeerLocation place, AnsweringPeer peer, bool encrypts = true) => Put(place, peer.For, encrypts);

    /// <summary>The same for a peer that answers each by himself.</summary>
    public void Put(PeerLocation place, Func<PeerAsker, IPeerRequests> requests, bool encrypts = true) => Places[place] = _ =>
    {
        (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
        PeerConnection.Accept(accepted, Peers.Address, requests, Peers.Options(encrypts: encrypts));
        return ValueTask.FromResult<DialResult>(dialled);
    };

    /// <summary>Has dials to a place hang until they are given up.</summary>
    public void Silence(PeerLocation place) => Places[place] = static async stop =>
    {
        TaskCompletionSource never = new();
        await ((Task)never.Task.WaitAsync(stop)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new DialError(DialErrorKind.Cancelled);
    };

    public ValueTask<DialResult> DialAsync(PeerLocation address, DialRequest request, CancellationToken cancellationToken)
    {
        Dialled.Enqueue(address);
        return Places.TryGetValue(address, out Func<CancellationToken, ValueTask<DialResult>>? place) ? place(cancellationToken) : ValueTask.FromResult<DialResult>(new DialError(DialErrorKind.Unreachable));
    }

    public Task RunAsync(Action<ConnectionContext, IPAddress?> accept, CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
}
