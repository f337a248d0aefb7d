using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Connections;

/// <summary>Tells which user of this machine is on the other side of a TCP connection over loopback, as Linux knows it (sock_diag(7)).</summary>
public static class LoopbackUser
{
    // <linux/netlink.h>, <linux/sock_diag.h>, <linux/inet_diag.h>.
    private const int AddressFamilyNetlink = 16;
    private const int SockDgram = 2;
    private const int NetlinkSockDiag = 4;
    private const ushort SockDiagByFamily = 20;
    private const ushort Request = 1;
    private const int HeaderLength = 16;
    private const int SocketIdLength = 48;
    private const int RequestLength = HeaderLength + 8 + SocketIdLength;
    private const int StateOffset = HeaderLength + 1;
    private const int UserOffset = HeaderLength + 4 + SocketIdLength + 12;

    // A socket that its program has closed belongs to nobody, which is written as root.
    private const byte Established = 1;

    /// <summary>Asks for the user who holds the other side's socket.</summary>
    /// <param name="other">The other side's IPv4 end point.</param>
    /// <param name="own">This side's.</param>
    /// <returns>The user's number; null where the other side has closed its socket, is no program of this machine, or the system does not tell.</returns>
    public static unsafe uint? Of(IPEndPoint other, IPEndPoint own)
    {
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(own);
        if (!OperatingSystem.IsLinux() || other.AddressFamily != AddressFamily.InterNetwork || own.AddressFamily != AddressFamily.InterNetwork)
        {
            return null;
        }

        int descriptor = Libc.Socket(AddressFamilyNetlink, SockDgram | Libc.SockCloseOnExec | Libc.SockNonBlock, NetlinkSockDiag);
        if (descriptor < 0)
        {
            return null;
        }

        try
        {
            Span<byte> request = stackalloc byte[RequestLength];
            Write(request, other, own);
            Span<byte> answer = stackalloc byte[1024];
            fixed (byte* sent = request, received = answer)
            {
                // The kernel answers within the call that asks.
                return Libc.Send(descriptor, sent, RequestLength, 0) == RequestLength ? Read(answer[..(int)Math.Max(0, Libc.Receive(descriptor, received, (nuint)answer.Length, 0))]) : null;
            }
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }

    // struct nlmsghdr, then struct inet_diag_req_v2; ports and addresses in the network's byte order, all else in the machine's.
    private static void Write(Span<byte> request, IPEndPoint other, IPEndPoint own)
    {
        const byte Inet = 2;
        const byte Tcp = 6;
        request.Clear();
        MemoryMarshal.Write(request, (uint)RequestLength);
        MemoryMarshal.Write(request[4..], SockDiagByFamily);
        MemoryMarshal.Write(request[6..], Request);
        Span<byte> body = request[HeaderLength..];
        body[0] = Inet;
        body[1] = Tcp;
        MemoryMarshal.Write(body[4..], 1u << Established);
        Span<byte> id = body[8..];
        BinaryPrimitives.WriteUInt16BigEndian(id, (ushort)other.Port);
        BinaryPrimitives.WriteUInt16BigEndian(id[2..], (ushort)own.Port);
        other.Address.TryWriteBytes(id[4..], out _);
        own.Address.TryWriteBytes(id[20..], out _);

        // Any interface and no cookie.
        id[40..48].Fill(0xFF);
    }

    private static uint? Read(ReadOnlySpan<byte> answer) =>
        answer.Length >= UserOffset + sizeof(uint) && MemoryMarshal.Read<ushort>(answer[4..]) == SockDiagByFamily && answer[StateOffset] == Established
            ? MemoryMarshal.Read<uint>(answer[UserOffset..])
            : null;
}
