using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.Bench;

/// <summary>A server tunnel to the target and a client tunnel to that, which the router itself keeps: what i2pd's users have.</summary>
internal static partial class RouterTunnels
{
    private const int Hangup = 1;

    /// <summary>Tells the router of both, and returns the way through them; it can be used some seconds later.</summary>
    public static TunnelDial Open(PrivateI2PNetwork network, IPEndPoint target)
    {
        var key = I2PPrivateKey.Create();
        string folder = network.RouterFolder(0);
        File.WriteAllBytes(Path.Combine(folder, "bench.dat"), key.Bytes.ToArray());
        IPEndPoint port;
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            port = (IPEndPoint)socket.LocalEndPoint!;
        }

        string options = string.Join('\n', network.SessionOptions);
        File.WriteAllText(Path.Combine(folder, "tunnels.conf"), string.Create(CultureInfo.InvariantCulture, $"""
            [server]
            type=server
            host={target.Address}
            port={target.Port}
            keys=bench.dat
            {options}
            [client]
            type=client
            address={port.Address}
            port={port.Port}
            destination={key.Destination.Host}
            keys=transient
            {options}

            """));
        return kill(network.ProcessIds[0], Hangup) == 0
            ? new TunnelDial(I2PCommand.Tunnels, port)
            : throw new InvalidOperationException("The router could not be told of its tunnels.");
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
