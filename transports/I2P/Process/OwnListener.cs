using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Ports on loopback for a router of our own, and the proof that it is the router who listens there: whoever does is given the services' keys.</summary>
internal static class OwnListener
{
    private const int MostAttempts = 100;
    private const string Listening = "0A";

    /// <summary>A place for a SAM bridge that was free a moment ago; so was the port below, which i2pd takes for datagrams.</summary>
    /// <exception cref="OverlayException">Hardly any port is free.</exception>
    public static IPEndPoint Choose()
    {
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            using var stream = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            using var datagram = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                stream.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                var chosen = (IPEndPoint)stream.LocalEndPoint!;
                datagram.Bind(new IPEndPoint(IPAddress.Loopback, chosen.Port - 1));
                return chosen;
            }
            catch (SocketException)
            {
                // Another one.
            }
        }

        throw new OverlayException("No port is free on 127.0.0.1 for the SAM bridge of a router of our own. End what occupies them.");
    }

    /// <summary>Whether it is a process that listens somewhere, and nobody else. Told only on Linux; elsewhere it is taken for granted.</summary>
    public static bool IsOf(int processId, IPEndPoint endPoint)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        try
        {
            HashSet<string> owned = [.. Directory.EnumerateFiles($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/fd").Select(f => new FileInfo(f).LinkTarget).OfType<string>()];
            string[] inodes = [.. ListenersAt(endPoint)];
            return inodes.Length == 1 && owned.Contains($"socket:[{inodes[0]}]");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …; addresses are in the machine's byte order.
    private static IEnumerable<string> ListenersAt(IPEndPoint endPoint)
    {
        string address = BitConverter.ToUInt32(endPoint.Address.GetAddressBytes()).ToString("X8", CultureInfo.InvariantCulture);
        string local = $"{address}:{endPoint.Port.ToString("X4", CultureInfo.InvariantCulture)}";
        return File.ReadLines("/proc/net/tcp")
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 9 && words[1] == local && words[3] == Listening)
            .Select(words => words[9]);
    }
}
