namespace Klyntar.Overlay.Transports.Tor;

/// <summary>An onion address and a port.</summary>
internal sealed class TorEndPoint : OverlayEndPoint
{
    /// <summary>The name of the overlay.</summary>
    public const string OverlayName = "tor";

    /// <summary>Makes an end point.</summary>
    /// <param name="address">The address.</param>
    /// <param name="port">The port, 0 to 65535.</param>
    public TorEndPoint(OnionAddress address, int port)
        : base(OverlayName, address.Host, port)
    {
    }

    /// <summary>Claims and validates a host name, as <see cref="ITransport.Parse(string, int)"/> promises.</summary>
    /// <param name="host">A host name as a client wrote it.</param>
    /// <param name="port">The port, 0 to 65535.</param>
    public static ParsedHost Parse(string host, int port)
    {
        if (!OnionAddress.IsClaimed(host))
        {
            return ParsedHost.NotClaimed;
        }

        if (!OnionAddress.TryParse(host, out OnionAddress? address, out string? why))
        {
            return ParsedHost.Invalid(why);
        }

        return port is >= 0 and <= System.Net.IPEndPoint.MaxPort
            ? ParsedHost.Valid(new TorEndPoint(address, port))
            : ParsedHost.Invalid("its port is not between 0 and 65535");
    }
}
