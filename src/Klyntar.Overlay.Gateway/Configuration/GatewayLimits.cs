using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Klyntar.Overlay.Gateway;

/// <summary>Limits of the whole gateway.</summary>
public sealed record GatewayLimits
{
    /// <summary>How many dials may be under way at a time; the others wait for their turn.</summary>
    [Description("How many dials may be under way at a time, whoever asked; the others wait for their turn.")]
    [Range(1, 65_536)]
    public int PendingDials { get; init; } = 1024;

    /// <summary>How long connections may go on after the gateway was told to stop.</summary>
    [Description("How long open connections may go on after the gateway was told to stop, such as \"3s\".")]
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(3);
}
