using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Klyntar.Overlay.Gateway;

/// <summary>The limits of each port of a peer.</summary>
public sealed record PeerLimits
{
    /// <summary>How many connections may wait for a dial; more are turned away at once.</summary>
    [Description("How many connections may wait for a dial; more are turned away at once.")]
    [Range(1, 65_536)]
    public int PendingDials { get; init; } = 32;

    /// <summary>How many connections it holds at a time, those that wait included; more are turned away at once.</summary>
    [Description("How many connections it holds at a time, those that wait for a dial included; more are turned away at once.")]
    [Range(1, 1_000_000)]
    public int Connections { get; init; } = 4096;

    /// <summary>How long a dial may take, the wait for its turn and for the transport included.</summary>
    [Description("How long a dial may take, the wait for its turn and for the transport included, such as \"1m\".")]
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromMinutes(1);
}
