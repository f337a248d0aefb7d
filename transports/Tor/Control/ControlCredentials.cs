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

    /// <summary>Whether somebody else runs tor, perhaps as another user: the cookie's file is then theirs.</summary>
    public bool IsForeign { get; init; }

    /// <summary>Whether tor is on another machine: the path that the control port tells means nothing here.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>Whether the operator vouches for whoever listens there: no proof is asked for.</summary>
    public bool IsVouchedFor { get; init; }

    public override string ToString() => nameof(ControlCredentials);
}
