using System.ComponentModel;

namespace Klyntar.Overlay.Gateway;

/// <summary>A remote node with one or several overlay addresses, which programs of this machine reach at a loopback address of its own.</summary>
public sealed record PeerOptions
{
    /// <summary>Its addresses: a host on an overlay for all ports, or a host and a port for that port alone.</summary>
    [Description("Its addresses: names on overlays such as \"….onion\", which count for all its ports, or with a port such as \"….b32.i2p:7332\", which count for that port alone. A name on ZeroNet may have peers to ask behind it: \"1….zeronet:7332?zeronet_peers=HOST:PORT,HOST:PORT\". Several are raced, the most promising first.")]
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>The ports that programs of this machine connect to, which are also the peer's own. Empty: those that its addresses name.</summary>
    [Description("The peer's ports, which the gateway listens on at the peer's loopback address. Default: those that its addresses name.")]
    public IReadOnlyList<int> Ports { get; init; } = [];

    /// <summary>Its loopback address; null for the one that the gateway picks and keeps.</summary>
    [Description("Its loopback address, from 127.71.0.1 to 127.71.127.254. Default: one that the gateway picks and keeps.")]
    public string? Loopback { get; init; }

    /// <summary>How often it is dialled to keep circuits ready; null for never.</summary>
    [Description("How often the peer is dialled to keep circuits ready, such as \"2m\". It costs a dial each time, and the peer's overlay sees that somebody is there. Default: never.")]
    public TimeSpan? Warm { get; init; }

    /// <summary>The user ids that may connect to its doors. Empty: whoever can on this machine.</summary>
    [Description("The user ids that may connect to this peer's loopback address (Linux alone tells them). Empty: every user of this machine.")]
    public IReadOnlyList<uint> AllowedUids { get; init; } = [];

    /// <summary>Whether each port dials under an isolation of its own.</summary>
    [Description("Whether each port has circuits of its own, so that bulk on one port does not slow small messages on another. It costs a circuit for each port.")]
    public bool IsolatePorts { get; init; }

    /// <summary>The service as which it is dialled, on overlays that tell who dials; null for a stranger.</summary>
    [Description("The service as which the peer is dialled where the overlay tells who dials, as I2P does: the peer sees that service's address, and so who is who. Default: none, and each dial is a stranger's.")]
    public string? DialAs { get; init; }

    /// <summary>The limits of each of its doors.</summary>
    [Description("The limits of each of the peer's ports.")]
    public PeerLimits Limits { get; init; } = new();
}
