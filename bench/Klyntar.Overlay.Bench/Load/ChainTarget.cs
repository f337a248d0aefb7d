using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>Stands for a node of a chain: connections that say <see cref="Messages"/> are answered message by message, of those that say <see cref="Blocks"/> all is taken.</summary>
internal sealed class ChainTarget : IDisposable
{
    /// <summary>The first byte of a connection with small messages.</summary>
    public const byte Messages = (byte)'m';

    /// <summary>The first byte of a connection with large blocks.</summary>
    public const byte Blocks = (byte)'b';

    /// <summary>A node's question for blocks, as measured of real ones.</summary>
    public const int Question = 254;

    /// <summary>The answer that there are none.</summary>
    public const int Answer = 368;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ChainTarget()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The run is over.
        }
    }

    private static async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                socket.NoDelay = true;
                byte[] kind = new byte[1];
                if (await socket.ReceiveAsync(kind) == 0)
                {
                    return;
                }

                byte[] buffer = new byte[kind[0] == Blocks ? 256 * 1024 : Answer];
                int got = 0;
                while (await socket.ReceiveAsync(kind[0] == Blocks ? buffer : buffer.AsMemory(got, Question - got)) is > 0 and var more)
                {
                    got = kind[0] == Blocks ? 0 : got + more;
                    if (got == Question)
                    {
                        got = 0;
                        await socket.SendAsync(buffer);
                    }
                }
            }
            catch (SocketException)
            {
                // The visitor left.
            }
        }
    }
}
