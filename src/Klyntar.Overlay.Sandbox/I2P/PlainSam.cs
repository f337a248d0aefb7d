using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Klyntar.Overlay.Sandbox;

/// <summary>The few words of SAM 3.1 that a bare client says.</summary>
internal static class PlainSam
{
    private const int LongestLine = 8192;

    /// <summary>Connects to a bridge and greets it.</summary>
    /// <exception cref="IOException">It is no bridge, or it closed.</exception>
    /// <exception cref="SocketException">Nobody is there.</exception>
    public static async Task<Socket> ConnectAsync(IPEndPoint sam, CancellationToken cancellationToken)
    {
        var socket = new Socket(sam.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(sam, cancellationToken);
            string reply = await AskAsync(socket, "HELLO VERSION MIN=3.1 MAX=3.3", cancellationToken);
            return IsOk(reply) ? socket : throw new IOException($"A bridge answered {reply}.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Says a line and reads the line that answers it.</summary>
    public static async Task<string> AskAsync(Socket socket, string command, CancellationToken cancellationToken)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(command + "\n"), cancellationToken);
        return await ReadLineAsync(socket, cancellationToken);
    }

    /// <summary>Reads a line and nothing behind it, which may be a stream's data.</summary>
    public static async Task<string> ReadLineAsync(Socket socket, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        byte[] next = new byte[1];
        while (line.Length < LongestLine)
        {
            if (await socket.ReceiveAsync(next, cancellationToken) == 0)
            {
                throw new IOException("The bridge closed the connection.");
            }

            if (next[0] == '\n')
            {
                return line.ToString();
            }

            line.Append((char)next[0]);
        }

        throw new IOException($"The bridge sent a line of more than {LongestLine} characters.");
    }

    /// <summary>Whether a reply says that it went well.</summary>
    public static bool IsOk(string reply) => Value(reply, "RESULT") == "OK";

    /// <summary>A value of a reply, or null.</summary>
    public static string? Value(string reply, string key) =>
        reply.Split(' ').FirstOrDefault(word => word.StartsWith(key + "=", StringComparison.Ordinal))?[(key.Length + 1)..];
}
