namespace Klyntar.Overlay.Gateway;

/// <summary>How a SOCKS door is.</summary>
public sealed record SocksDoorReport
{
    /// <summary>Where it listens: <c>127.0.0.1:5666</c> or <c>unix:/path</c>.</summary>
    public required string Listen { get; init; }

    /// <summary>How many connections it holds.</summary>
    public int Connections { get; init; }

    /// <summary>How many it may hold.</summary>
    public int ConnectionLimit { get; init; }

    /// <summary>How many connections it has accepted since the start.</summary>
    public long Accepted { get; init; }

    /// <summary>How many dials wait or are under way.</summary>
    public int PendingDials { get; init; }
}
