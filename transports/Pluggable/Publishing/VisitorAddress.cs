using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Makes an identity of a visitor's address.</summary>
internal static class VisitorAddress
{
    // Whoever has one IPv6 address has at least all of its network (RFC 6177).
    private const int NetworkBytes = 8;

    /// <summary>His IPv4 address, or the network of 64 bits that his IPv6 address is of; null where his address was not told.</summary>
    public static string? IdentityOf(EndPoint? endPoint)
    {
        if (endPoint is not IPEndPoint { Address: var address })
        {
            return null;
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return address.ToString();
        }

        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return $"{new IPAddress(bytes)}/{8 * NetworkBytes}";
    }
}
