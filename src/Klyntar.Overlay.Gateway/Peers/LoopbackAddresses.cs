using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Gateway;

/// <summary>Gives addresses of a range away, each once. Those that another program listens on, perhaps another gateway, are passed over.</summary>
internal sealed class LoopbackAddresses(LoopbackRange range)
{
    // One that stands for nobody: whether a port is taken here too tells a program on every address from one on a single one.
    private static readonly IPAddress Nobody = IPAddress.Parse("127.71.255.255");

    private readonly HashSet<IPAddress> _taken = [];
    private int _next;

    /// <summary>Takes a certain address.</summary>
    /// <returns>False where it is taken.</returns>
    public bool TryTake(IPAddress address) => _taken.Add(address);

    /// <summary>Takes the next free address.</summary>
    /// <param name="ports">The ports that will be listened on.</param>
    /// <returns>Null where there is none.</returns>
    public IPAddress? Take(IEnumerable<int> ports)
    {
        int[] asked = [.. ports];
        for (; _next < range.Count; _next++)
        {
            IPAddress address = range[_next];
            if (!_taken.Contains(address) && !asked.Any(port => IsOthers(address, port)) && _taken.Add(address))
            {
                return address;
            }
        }

        return null;
    }

    /// <summary>Whether another program listens on a port of an address, and not on every address.</summary>
    public static bool IsOthers(IPAddress address, int port) => IsTaken(address, port) && !IsTaken(Nobody, port);

    private static bool IsTaken(IPAddress address, int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AddressAlreadyInUse;
        }
    }
}
