using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>Ports for programs that have to be told theirs.</summary>
internal static class FreePort
{
    // Below those that the kernel gives to whoever asks for any, clients among them: one of these would soon be another's.
    private const int Least = 10_000;
    private const int Most = 30_000;

    private static readonly ConcurrentDictionary<int, byte> Given = new();

    /// <summary>A port that nobody listens on, at any address, and that was given to nobody else here.</summary>
    public static int Next()
    {
        while (true)
        {
            int port = Random.Shared.Next(Least, Most);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                if (Given.TryAdd(port, 0))
                {
                    return port;
                }
            }
            catch (SocketException)
            {
                // Another one, then.
            }
        }
    }
}
