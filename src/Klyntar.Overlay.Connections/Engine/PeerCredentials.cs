using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Connections;

/// <summary>Who is on the other side of a Unix socket, as the kernel recorded it at connect.</summary>
internal static class PeerCredentials
{
    // Linux, unix(7) and <asm/socket.h>: struct ucred { pid_t pid; uid_t uid; gid_t gid; }.
    private const int LinuxSolSocket = 1;
    private const int LinuxUcredSize = 12;
    private const int LinuxUidOffset = 4;

    // macOS, unix(4) and <sys/ucred.h>: struct xucred { u_int cr_version; uid_t cr_uid; short cr_ngroups; gid_t cr_groups[16]; }.
    private const int MacSolLocal = 0;
    private const int MacLocalPeerCred = 1;
    private const int MacXucredSize = 76;
    private const int MacUidOffset = 4;

    private static int LinuxSoPeerCred => RuntimeInformation.ProcessArchitecture == Architecture.Ppc64le ? 21 : 17;

    /// <summary>The user's number, or null where the socket is not a Unix socket or the platform does not tell.</summary>
    public static uint? UserId(Socket socket)
    {
        if (socket.AddressFamily != AddressFamily.Unix)
        {
            return null;
        }

        if (OperatingSystem.IsLinux())
        {
            return UserIdOnLinux(socket.GetRawSocketOption);
        }

        if (OperatingSystem.IsMacOS())
        {
            Span<byte> xucred = stackalloc byte[MacXucredSize];
            return socket.GetRawSocketOption(MacSolLocal, MacLocalPeerCred, xucred) >= MacUidOffset + sizeof(uint) && Read(xucred) == 0
                ? Read(xucred[MacUidOffset..])
                : null;
        }

        return null;
    }

    /// <summary>The same on Linux, of a Unix socket whose options are read in another way.</summary>
    public static uint? UserIdOnLinux(SocketOptionReader read)
    {
        Span<byte> ucred = stackalloc byte[LinuxUcredSize];
        return read(LinuxSolSocket, LinuxSoPeerCred, ucred) == LinuxUcredSize ? Read(ucred[LinuxUidOffset..]) : null;
    }

    private static uint Read(ReadOnlySpan<byte> field) => MemoryMarshal.Read<uint>(field);
}
