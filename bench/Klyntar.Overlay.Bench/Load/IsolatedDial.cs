using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Klyntar.Overlay.Bench;

/// <summary>A SOCKS port, and the credentials that keep to one circuit or session; without credentials, the one of all who say none.</summary>
/// <param name="Name">Whose port it is, in tables.</param>
/// <param name="Socks">The port: TCP or a Unix socket.</param>
/// <param name="User">The user name, or null for no credentials.</param>
/// <param name="Password">The password.</param>
/// <param name="Host">The service's host name, on whichever overlay; its virtual port is 80.</param>
internal sealed record IsolatedDial(string Name, EndPoint Socks, string? User, string Password, string Host) : ServiceDial(Name)
{
    /// <summary>The virtual port of the service.</summary>
    public const int Port = 80;

    private const int ReplyHead = 4;

    /// <summary>Connects to the service: SOCKS5 (RFC 1928, RFC 1929), blocking, a round trip for each of its two or three parts.</summary>
    public override Socket Connect() => Connect(Socks, socket =>
    {
        Span<byte> reply = stackalloc byte[ReplyHead + 16 + sizeof(ushort)];
        byte method = User is null ? (byte)0 : (byte)2;
        socket.Send([5, 1, method]);
        Dial.Receive(socket, reply[..2]);
        Expect(reply[..2], [5, method]);
        if (User is not null)
        {
            socket.Send([1, (byte)User.Length, .. Encoding.ASCII.GetBytes(User), (byte)Password.Length, .. Encoding.ASCII.GetBytes(Password)]);
            Dial.Receive(socket, reply[..2]);
            Expect(reply[..2], [1, 0]);
        }

        socket.Send([5, 1, 0, 3, (byte)Host.Length, .. Encoding.ASCII.GetBytes(Host), Port >> 8, Port & 0xFF]);
        Dial.Receive(socket, reply[..ReplyHead]);
        Expect(reply[..3], [5, 0, 0]);
        Dial.Receive(socket, reply.Slice(ReplyHead, (reply[3] == 4 ? 16 : 4) + sizeof(ushort)));
    });

    private void Expect(ReadOnlySpan<byte> reply, ReadOnlySpan<byte> expected)
    {
        if (!reply.SequenceEqual(expected))
        {
            throw new InvalidOperationException($"{Name} answered {Convert.ToHexString(reply)}.");
        }
    }
}
