using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Klyntar.Overlay.Gateway;

/// <summary>The limits of each single visitor of a service.</summary>
public sealed record VisitorLimits
{
    /// <summary>How many connections one visitor may have open at a time; null for any number.</summary>
    [Description("How many connections one visitor may have open at a time; more are turned away. Default: any number.")]
    [Range(1, 1_000_000)]
    public int? Connections { get; init; }

    /// <summary>How many connections one visitor may open in a minute, all at once or one after the other; null for any number.</summary>
    [Description("How many connections one visitor may open in a minute, all at once or one after the other; more are turned away. Default: any number.")]
    [Range(1, 1_000_000)]
    public int? ConnectionsPerMinute { get; init; }

    /// <summary>How many connections of one visitor are turned away within a minute before it is expelled; 0 for any number.</summary>
    [Description("How many connections of one visitor are turned away within a minute before it is expelled: all its connections end, and on tor its circuit is closed. 0 never expels.")]
    [Range(0, 1_000_000)]
    public int ExpelAfter { get; init; } = 16;
}
