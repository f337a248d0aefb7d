using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Klyntar.Overlay.Gateway;

/// <summary>Peers that come to be when a program asks the gateway for the loopback address of a name that no peer has.</summary>
public sealed record OnDemandPeers
{
    /// <summary>How many there may be while the gateway runs; 0 for none. None is ever forgotten, so that no address comes to mean another peer.</summary>
    [Description("How many there may be while the gateway runs; 0 for none. None is forgotten before its end, so that no address comes to mean another peer.")]
    [Range(0, 32_000)]
    public int Limit { get; init; } = 1024;

    /// <summary>How many may come to be in a minute.</summary>
    [Description("How many may come to be in a minute.")]
    [Range(1, 32_000)]
    public int PerMinute { get; init; } = 256;

    /// <summary>The ports that each is listened for on.</summary>
    [Description("The ports that the gateway listens on for each, as far as it may: those below 1024 are often kept for root.")]
    public IReadOnlyList<int> Ports { get; init; } = [7332, 9999, 80];

    /// <summary>The service as which they are dialled, on overlays that tell who dials; null for a stranger.</summary>
    [Description("The service as which they are dialled where the overlay tells who dials, as I2P does: they see that service's address. Default: none, and each dial is a stranger's.")]
    public string? DialAs { get; init; }
}
