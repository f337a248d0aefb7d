using System.Buffers.Binary;
using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>The state of a TCP connection, where the kernel tells.</summary>
internal static class TcpState
{
    /// <summary>The level of <see cref="LinuxInfo"/>.</summary>
    public const int LinuxLevel = (int)SocketOptionLevel.Tcp;

    /// <summary>&lt;linux/tcp.h&gt;: struct tcp_info begins with tcpi_state; tcp(7) allows to ask for a part.</summary>
    public const int LinuxInfo = 11;

    // <linux/tcp.h>: tcpi_bytes_acked and tcpi_bytes_received, in kernels since 4.2.
    private const int LinuxBytesAcked = 120;
    private const int LinuxInfoSize = 136;

    // <net/tcp_states.h>.
    private const byte LinuxTcpClose = 7;

    /// <summary>Whether the connection is gone, not merely half-closed. False where the platform does not tell, and for other sockets.</summary>
    public static bool IsClosed(Socket socket)
    {
        if (!OperatingSystem.IsLinux() || socket.AddressFamily == AddressFamily.Unix)
        {
            return false;
        }

        Span<byte> state = stackalloc byte[1];
        return IsClosedOnLinux(state[..socket.GetRawSocketOption(LinuxLevel, LinuxInfo, state)]);
    }

    /// <summary>The bytes that a connection has carried, of what <see cref="LinuxInfo"/> gives; null where it gives too little.</summary>
    public static SocketTraffic? TrafficOnLinux(SocketOptionReader read)
    {
        Span<byte> info = stackalloc byte[LinuxInfoSize];
        return read(LinuxLevel, LinuxInfo, info) < LinuxInfoSize
            ? null
            : new SocketTraffic(BinaryPrimitives.ReadInt64LittleEndian(info[LinuxBytesAcked..]), BinaryPrimitives.ReadInt64LittleEndian(info[(LinuxBytesAcked + sizeof(long))..]));
    }

    /// <summary>The same of what <see cref="LinuxInfo"/> gave; nothing where it gave nothing.</summary>
    public static bool IsClosedOnLinux(ReadOnlySpan<byte> info) => !info.IsEmpty && info[0] == LinuxTcpClose;
}
