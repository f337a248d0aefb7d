namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What is known of one peer of one site.</summary>
/// <param name="location">Where it is.</param>
/// <param name="source">Who told of it first.</param>
internal sealed class KnownPeer(PeerLocation location, PeerSource source)
{
    /// <summary>Where it is.</summary>
    public PeerLocation Location { get; } = location;

    /// <summary>Who told of it first; the operator, where he ever did.</summary>
    public PeerSource Source { get; set; } = source;

    /// <summary>Whether it has ever given the site's own signed record: made-up peers never can.</summary>
    public bool IsProven { get; set; }

    /// <summary>How often it failed since it last answered.</summary>
    public int Failures { get; set; }

    /// <summary>When it was last told of, or answered, in seconds since 1970.</summary>
    public long LastSeen { get; set; }

    /// <summary>Whether the operator named it.</summary>
    public bool IsOperators => Source == PeerSource.Operator;
}
