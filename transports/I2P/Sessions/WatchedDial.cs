using Klyntar.Overlay.Connections;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A dial that a router has consented to, until it is known whether anybody was there.</summary>
internal sealed class WatchedDial
{
    // Whoever gives up sooner, or hangs up at once, has said nothing about the way to the destination.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(3);

    private readonly EngineSocket _socket;
    private readonly SocketTraffic _before;
    private readonly TimeProvider _clock;
    private long _ended;

    private WatchedDial(EngineSocket socket, SocketTraffic before, TimeProvider clock)
    {
        _socket = socket;
        _before = before;
        _clock = clock;
        Since = clock.GetTimestamp();
    }

    /// <summary>When the router consented.</summary>
    public long Since { get; }

    /// <summary>Whether the destination has answered.</summary>
    public bool IsAnswered => _socket.Traffic is { } now && now.Received > _before.Received;

    /// <summary>Whether the client has said something. Who says nothing is answered by nobody.</summary>
    public bool HasSaid => _socket.Traffic is { } now && now.Sent > _before.Sent;

    /// <summary>Whether it has ended in a way that tells nothing.</summary>
    public bool IsMoot => Volatile.Read(ref _ended) is not 0 and var ended && (!HasSaid || _clock.GetElapsedTime(Since, ended) < Moment);

    /// <summary>Watches a connection.</summary>
    /// <returns>Null where the platform does not count what a connection carries.</returns>
    public static WatchedDial? Of(EngineSocket socket, TimeProvider clock)
    {
        socket.RemembersTraffic = true;
        return socket.Traffic is { } before ? new WatchedDial(socket, before, clock) : null;
    }

    /// <summary>Notes when the connection has ended.</summary>
    public void EndWith(ConnectionContext connection) => connection.ConnectionClosed.UnsafeRegister(
        static state =>
        {
            var dial = (WatchedDial)state!;
            Volatile.Write(ref dial._ended, dial._clock.GetTimestamp());
        },
        this);
}
