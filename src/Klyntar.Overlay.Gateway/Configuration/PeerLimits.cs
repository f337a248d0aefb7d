using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Klyntar.Overlay.Gateway;

/// <summary>The limits of each port of a peer.</summary>
public sealed record PeerLimits
{
    /// <summary>How many dials may be under way or waiting. At the limit no more connections are accepted, so that the kernel's backlog slows the node down.</summary>
    [Description("How many dials may be under way or waiting. At the limit no more connections are accepted: the kernel's backlog slows the node down.")]
    [Range(1, 65_536)]
    public int PendingDials { get; init; } = 32;

    /// <summary>How many connections it holds at a time, dials included; at the limit it accepts no more until one ends.</summary>
    [Description("How many connections it holds at a time; at the limit it accepts no more until one ends.")]
    [Range(1, 1_000_000)]
    public int Connections { get; init; } = 4096;

    /// <summary>How long a dial may take, the wait for its turn and for the transport included.</summary>
    [Description("How long a dial may take, the wait for its turn and for the transport included, such as \"1m\".")]
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromMinutes(1);
}
