namespace Klyntar.Overlay.Transports.Tor;

/// <summary>How to prove ourselves to a control port, and whom we take for tor.</summary>
internal sealed record ControlCredentials
{
    /// <summary>Where the cookie is, or null for where the control port says.</summary>
    public string? CookieFile { get; init; }

    /// <summary>The password, or null.</summary>
    public string? Password { get; init; }

    /// <summary>The users who may be on the other side of a Unix socket; null for our own and root.</summary>
    public IReadOnlySet<uint>? PeerUserIds { get; init; }

    public override string ToString() => nameof(ControlCredentials);
}
