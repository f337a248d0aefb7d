using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Klyntar.Overlay.Sandbox;

/// <summary>
/// Chooses where a sandbox listens. On Linux all of 127.0.0.0/8 is this machine's: each sandbox takes an address of its
/// own there, so that two never compete for a port. Elsewhere there is 127.0.0.1 alone.
/// </summary>
internal static class LoopbackAddress
{
    // Below the range from which Linux and the BSDs take the ports of outgoing connections.
    private const int FirstPort = 10_000;
    private const int LastPort = 32_000;
    private const int MostAttempts = 1_000;

    /// <summary>An address for one sandbox.</summary>
    public static IPAddress Choose() => ChooseNeighbours(1)[0];

    /// <summary>Several addresses for one sandbox, one after the other; where there is one alone, that one again and again.</summary>
    public static ImmutableArray<IPAddress> ChooseNeighbours(int count)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [.. Enumerable.Repeat(IPAddress.Loopback, count)];
        }

        // The upper half: the lower one is people's own, such as the gateway's peer doors.
        byte[] first = [127, (byte)RandomNumberGenerator.GetInt32(128, 255), (byte)RandomNumberGenerator.GetInt32(1, 255), (byte)RandomNumberGenerator.GetInt32(1, 256 - count)];
        return [.. Enumerable.Range(0, count).Select(i => new IPAddress([first[0], first[1], first[2], (byte)(first[3] + i)]))];
    }

    /// <summary>Different ports that were free a moment ago. Whoever listens there must still be ready to find one taken.</summary>
    /// <exception cref="OverlayException">Hardly any port is free.</exception>
    public static ImmutableArray<int> ChoosePorts(IPAddress address, int count)
    {
        var ports = new HashSet<int>();
        for (int attempt = 0; attempt < MostAttempts && ports.Count < count; attempt++)
        {
            int port = RandomNumberGenerator.GetInt32(FirstPort, LastPort);
            if (!ports.Contains(port) && IsFree(address, port))
            {
                ports.Add(port);
            }
        }

        return ports.Count == count
            ? [.. ports]
            : throw new OverlayException($"The sandbox found no {count} free ports on {address} between {FirstPort} and {LastPort}. End what occupies them.");
    }

    /// <summary>Whether nobody listens there.</summary>
    public static bool IsFree(IPAddress address, int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
