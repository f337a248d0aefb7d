using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The configuration section <c>services.*.options.tor</c>.</summary>
public sealed record TorServiceOptions
{
    /// <summary>How many streams one visitor's circuit may have open at once; 0 for any number.</summary>
    [Description("How many connections one visitor's circuit may have open at once; 0 for any number.")]
    [Range(0, 65_535)]
    public int MaxStreams { get; init; }

    /// <summary>Whether a circuit that asks for more is closed, with all its streams, instead of the one stream refused.</summary>
    [Description("Whether a visitor who opens more than maxStreams loses all connections, instead of being refused the one too many.")]
    public bool MaxStreamsCloseCircuit { get; init; }
}
