using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A SAM bridge's address in messages.</summary>
internal static class SamAddress
{
    /// <summary>The address as the configuration writes it.</summary>
    public static string Text(EndPoint endPoint) => endPoint is UnixDomainSocketEndPoint ? $"unix:{endPoint}" : endPoint.ToString()!;

    /// <summary>Why it is not reached, and what to do.</summary>
    public static string Sentence(EndPoint endPoint, SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => $"Nothing listens at {Text(endPoint)}. Start the router, switch its SAM bridge on, or check transports.i2p.sam.",
        _ => $"The SAM bridge at {Text(endPoint)} is not reached: {failure.Message}. Check transports.i2p.sam.",
    };
}
