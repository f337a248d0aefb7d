using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Klyntar.Overlay.Bench;

/// <summary>A bare SAM client's way: a bridge, a session on it and a destination.</summary>
/// <param name="Name">Whose way it is, in tables.</param>
/// <param name="Sam">The bridge.</param>
/// <param name="Session">The session's name.</param>
/// <param name="Destination">The service's destination.</param>
internal sealed record SamDial(string Name, IPEndPoint Sam, string Session, string Destination) : ServiceDial(Name)
{
    private const int LongestReply = 1_024;

    public override Socket Connect() => Connect(Sam, socket =>
    {
        Ask(socket, "HELLO VERSION MIN=3.1 MAX=3.3");
        Ask(socket, $"STREAM CONNECT ID={Session} DESTINATION={Destination} SILENT=false");
    });

    // Nothing but the reply is there to be read: nothing was sent on the stream yet.
    private static void Ask(Socket socket, string line)
    {
        socket.Send(Encoding.ASCII.GetBytes(line + "\n"));
        byte[] reply = new byte[LongestReply];
        int length = 0;
        while (length == 0 || reply[length - 1] != (byte)'\n')
        {
            int got = socket.Receive(reply, length, reply.Length - length, SocketFlags.None);
            length += got > 0 ? got : throw new IOException($"The bridge closed at {line[..5]}.");
        }

        string said = Encoding.ASCII.GetString(reply, 0, length);
        if (!said.Contains(" RESULT=OK", StringComparison.Ordinal))
        {
            throw new IOException($"The bridge refused {line[..6]}: {said.Trim()}.");
        }
    }
}
