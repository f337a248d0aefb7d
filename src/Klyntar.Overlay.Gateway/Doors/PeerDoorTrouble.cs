using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Gateway;

/// <summary>Says why a peer's loopback address cannot be listened on, and what cures it.</summary>
internal static class PeerDoorTrouble
{
    /// <summary>Cause and cure, as sentences.</summary>
    public static string Explain(IPEndPoint endPoint, SocketError error, string message) => error switch
    {
        SocketError.AddressAlreadyInUse => InUse(endPoint),
        SocketError.AddressNotAvailable when OperatingSystem.IsMacOS() =>
            $"{endPoint.Address} is no address of this machine yet. Run: sudo ifconfig lo0 alias {endPoint.Address}",
        SocketError.AccessDenied =>
            $"ports below 1024 are kept for root. Allow them with: sudo sysctl net.ipv4.ip_unprivileged_port_start={endPoint.Port}; or use the peer's other ports.",
        _ => $"{endPoint} cannot be listened on: {message}.",
    };

    private static string InUse(IPEndPoint endPoint)
    {
        if (ListeningProgram.On(endPoint) is not { } holder)
        {
            return $"another program listens on {endPoint} already, or on port {endPoint.Port} of every address. Have it listen on 127.0.0.1 only.";
        }

        string who = holder.ProcessId is { } id ? string.Create(CultureInfo.InvariantCulture, $"{holder.Name ?? "a program"} (process {id})") : "a program of another user";
        return holder.IsWildcard
            ? $"{who} listens on port {endPoint.Port} of every address of this machine, and so of the peers' too. Have it listen on 127.0.0.1 only; a KLYNTAR node by \"INTERFACE\" and \"WEBSOCKET_INTERFACE\": \"127.0.0.1\"."
            : $"{who} listens on {endPoint} already. Another gateway, perhaps: end it, or give this peer another \"loopback\".";
    }
}
