namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A host on I2P and a port. Most routers carry no ports: whoever listens at the address is reached whatever the port.</summary>
internal sealed class I2PEndPoint : OverlayEndPoint
{
    /// <summary>The name of the overlay.</summary>
    public const string OverlayName = "i2p";

    /// <summary>Makes an end point.</summary>
    /// <param name="host">The host.</param>
    /// <param name="port">The port, 0 to 65535.</param>
    public I2PEndPoint(I2PHost host, int port)
        : base(OverlayName, host.Name, port) => Kind = host.Kind;

    /// <summary>What kind of a name the host is.</summary>
    public I2PHostKind Kind { get; }

    /// <summary>Claims and validates a host name, as <see cref="ITransport.Parse(string, int)"/> promises.</summary>
    /// <param name="host">A host name as a client wrote it.</param>
    /// <param name="port">The port, 0 to 65535.</param>
    public static ParsedHost Parse(string host, int port)
    {
        if (!I2PHost.IsClaimed(host))
        {
            return ParsedHost.NotClaimed;
        }

        if (!I2PHost.TryParse(host, out I2PHost? parsed, out string? why))
        {
            return ParsedHost.Invalid(why);
        }

        return port is >= 0 and <= System.Net.IPEndPoint.MaxPort
            ? ParsedHost.Valid(new I2PEndPoint(parsed, port))
            : ParsedHost.Invalid("its port is not between 0 and 65535");
    }
}
