using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>The state of a TCP connection, where the kernel tells.</summary>
internal static class TcpState
{
    // <linux/tcp.h>: struct tcp_info begins with tcpi_state; tcp(7) allows to ask for a part.
    private const int LinuxTcpInfo = 11;

    // <net/tcp_states.h>.
    private const byte LinuxTcpClose = 7;

    /// <summary>Whether the connection is gone, not merely half-closed. False where the platform does not tell, and for other sockets.</summary>
    public static bool IsClosed(Socket socket) =>
        OperatingSystem.IsLinux() && socket.AddressFamily != AddressFamily.Unix && IsClosedOnLinux(socket.GetRawSocketOption);

    /// <summary>The same on Linux, of a TCP socket whose options are read in another way.</summary>
    public static bool IsClosedOnLinux(SocketOptionReader read)
    {
        Span<byte> state = stackalloc byte[1];
        return read((int)SocketOptionLevel.Tcp, LinuxTcpInfo, state) == 1 && state[0] == LinuxTcpClose;
    }
}
