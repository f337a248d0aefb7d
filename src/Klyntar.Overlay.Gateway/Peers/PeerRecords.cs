namespace Klyntar.Overlay.Gateway;

/// <summary>What <see cref="PeerFile"/> keeps.</summary>
internal sealed record PeerRecords
{
    /// <summary>The loopback address of each peer that ever had one, by name: so that it finds it again.</summary>
    public Dictionary<string, string> Loopback { get; init; } = [];

    /// <summary>The peers that were added to a running gateway, by name.</summary>
    public Dictionary<string, PeerOptions> Added { get; init; } = [];
}
