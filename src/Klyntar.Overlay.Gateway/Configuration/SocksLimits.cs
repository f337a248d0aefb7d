using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Klyntar.Overlay.Gateway;

/// <summary>The limits of one SOCKS door.</summary>
public sealed record SocksLimits
{
    /// <summary>How many connections the door holds at a time; null for as many as the process's descriptors allow, two for each. At the limit the door accepts no more, so that the kernel's backlog slows its clients down.</summary>
    [Description("How many connections the door holds at a time. At the limit it accepts no more until one ends: the kernel's backlog slows its clients down. Default: as many as the descriptor limit allows.")]
    [Range(1, 1_000_000)]
    public int? Connections { get; init; }

    /// <summary>How many of them one client may hold: one IP address, or one user of a Unix socket; more are closed at once. Null: 1024 for a client on another machine and no limit of its own for this machine, whose programs all look alike.</summary>
    [Description("How many connections one client (an IP address, or a user of a Unix socket) may hold; more are closed at once. Default: 1024 for a client on another machine, no limit of its own for this machine.")]
    [Range(1, 1_000_000)]
    public int? ConnectionsPerClient { get; init; }

    /// <summary>How long a client may take to say where it wants to go.</summary>
    [Description("How long a client may take to say where it wants to go, such as \"10s\".")]
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a dial may take, the wait for its turn and for the transport included.</summary>
    [Description("How long a dial may take, the wait for its turn and for the transport included, such as \"2m\".")]
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How many dials of this door to one destination may be under way; the others wait for their turn.</summary>
    [Description("How many dials to one destination may be under way; the others wait for their turn.")]
    [Range(1, 65_536)]
    public int PendingDialsPerDestination { get; init; } = 32;
}
