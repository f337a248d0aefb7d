using System.ComponentModel;
using System.Net;

namespace Klyntar.Overlay.Gateway;

/// <summary>One SOCKS door: SOCKS5, SOCKS4a and HTTP CONNECT on one listening socket.</summary>
public sealed record SocksDoorOptions
{
    /// <summary>KLYNTAR's customary SOCKS port.</summary>
    public const int CustomaryPort = 5666;

    /// <summary>Where to listen: an <see cref="IPEndPoint"/> (port 0 for a free one) or a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>.</summary>
    [Description("Where to listen: an IP address and port such as \"127.0.0.1:5666\" or \"[::1]:5666\" (port 0 for a free one), or \"unix:/path\".")]
    public EndPoint Listen { get; init; } = new IPEndPoint(IPAddress.Loopback, CustomaryPort);

    /// <summary>Whether the door may be reached from other machines. Needs <see cref="Credentials"/>.</summary>
    [Description("Whether other machines may use this door. Needed, together with credentials, to listen beyond loopback.")]
    public bool AllowRemote { get; init; }

    /// <summary>Who may use the door. Empty: anybody who reaches it, and any user name and password only isolate.</summary>
    [Description("Who may use this door. Empty: whoever reaches it, and user names and passwords of any value only keep connections on separate circuits.")]
    public IReadOnlyList<SocksCredential> Credentials { get; init; } = [];

    /// <summary>The user ids that may use a door on a Unix socket. Empty: the gateway's own and root.</summary>
    [Description("The user ids that may use a door on a Unix socket. Empty: the gateway's own user and root.")]
    public IReadOnlyList<uint> AllowedUids { get; init; } = [];

    /// <summary>Whether failures are answered with tor's extended reply codes (F0 to F7), which SOCKS5 clients cannot ask for.</summary>
    [Description("Whether failures are answered with tor's extended SOCKS5 reply codes (F0 to F7), for clients that know them.")]
    public bool ExtendedErrors { get; init; }

    /// <summary>The service as which the door's clients dial, on overlays that tell who dials; null for strangers.</summary>
    [Description("The service as which this door's clients dial where the overlay tells who dials, as I2P does. Who is dialled sees that service's address, whichever client it was. Default: none, and each user name and password is a stranger of its own.")]
    public string? DialAs { get; init; }

    /// <summary>The door's limits.</summary>
    [Description("The door's limits.")]
    public SocksLimits Limits { get; init; } = new();
}
