using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The ordinary network. Whoever is connected to, and every tracker, learns this machine's address.</summary>
/// <param name="options">Where to listen, and as what to be known.</param>
/// <param name="engine">Makes the sockets.</param>
/// <param name="isNeighbour">Whether a peer that is not on the public network is one that the operator named, or that is on this machine's own network as he wants it.</param>
internal sealed class ClearnetLeg(ZeroNetOptions options, SocketEngine engine, Func<PeerLocation, bool> isNeighbour) : ILeg
{
    private readonly StatusSource<ServiceStatus> _status = new(new ServiceStatus.Publishing("opening the peer port"));
    private volatile IPEndPoint? _known;
    private volatile IPEndPoint? _bound;

    /// <inheritdoc/>
    public string Name => "clearnet";

    /// <inheritdoc/>
    public RecordedEndPointKind Kind => RecordedEndPointKind.Tcp;

    /// <inheritdoc/>
    public bool Reaches(PeerLocationKind kind) => kind is PeerLocationKind.IPv4 or PeerLocationKind.IPv6;

    /// <inheritdoc/>
    public bool IsOverlay => false;

    /// <inheritdoc/>
    public PeerLocation? Address => _known is { } known ? PeerLocation.Of(known.Address, known.Port) : null;

    /// <summary>Where the peer port listens; null until it does. Others may know it by another address and port, where something between forwards them.</summary>
    public IPEndPoint? Bound => _bound;

    /// <inheritdoc/>
    public IStatus<ServiceStatus> Status => _status;

    /// <inheritdoc/>
    public async ValueTask<DialResult> DialAsync(PeerLocation address, DialRequest request, CancellationToken cancellationToken)
    {
        if (!address.IsUsable(options.AllowPrivate) && !isNeighbour(address))
        {
            return Error(DialErrorKind.Unreachable, "its address is not of the public network");
        }

        using CancellationTokenSource whole = request.Deadline.CreateLinkedSource(cancellationToken);
        try
        {
            return new SocketConnection(await engine.ConnectAsync(new IPEndPoint(IPAddress.Parse(address.Host), address.Port), null, whole.Token));
        }
        catch (SocketException e)
        {
            return Error(e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable ? DialErrorKind.OutOfResources : DialErrorKind.Unreachable, e.Message);
        }
        catch (OperationCanceledException)
        {
            return Error(cancellationToken.IsCancellationRequested ? DialErrorKind.Cancelled : DialErrorKind.TimedOut, null);
        }
    }

    /// <inheritdoc/>
    public async Task RunAsync(Action<ConnectionContext, IPAddress?> accept, CancellationToken cancellationToken)
    {
        await using EngineListener listener = Listen();
        var bound = (IPEndPoint)listener.LocalEndPoint;
        _bound = bound;
        _known = (IPEndPoint?)options.Address ?? (options.AllowPrivate || PublicAddress.Is(bound.Address) ? bound : null);
        _status.Set(ServiceStatus.Published);
        try
        {
            while (await listener.AcceptAsync(cancellationToken) is { } socket)
            {
                accept(new SocketConnection(socket), (socket.RemoteEndPoint as IPEndPoint)?.Address);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It ends.
        }

        _known = null;
        _status.Complete(ServiceStatus.Stopped);
    }

    private static DialError Error(DialErrorKind kind, string? detail) => new(kind, ZeroNetAddress.OverlayName, detail);

    private EngineListener Listen()
    {
        try
        {
            return engine.Listen(options.Listen, new EngineListenOptions());
        }
        catch (SocketException e)
        {
            throw new OverlayException($"The ZeroNet peer port {options.Listen} cannot be opened: {e.Message} Write another one into transports.zeronet.listen.", e);
        }
    }
}
