using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Connections.Tests;

public enum SocketKind
{
    Tcp,
    TcpV6,
    Unix,
}

internal static class SocketKinds
{
    private static int s_last;

    /// <summary>Somewhere free to listen.</summary>
    public static EndPoint Free(this SocketKind kind) => kind switch
    {
        SocketKind.Tcp => new IPEndPoint(IPAddress.Loopback, 0),
        SocketKind.TcpV6 => new IPEndPoint(IPAddress.IPv6Loopback, 0),
        _ => new UnixDomainSocketEndPoint(FreePath()),
    };

    /// <summary>A path short enough for a Unix socket, in a folder of this run's own.</summary>
    public static string FreePath() => Path.Combine(TestFolder.Path, $"{Interlocked.Increment(ref s_last)}.sock");
}
