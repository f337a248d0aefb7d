using System.ComponentModel;

namespace Klyntar.Overlay.Gateway;

/// <summary>Which transports may carry what is no overlay name. Overlay names never go this way.</summary>
public sealed record ClearnetOptions
{
    /// <summary>The transport for host names that no overlay claims; null to refuse them.</summary>
    [Description("The transport for host names that are no overlay's, such as example.com. Left out, they are refused.")]
    public string? Names { get; init; }

    /// <summary>The transport for IP addresses and localhost; null to refuse them.</summary>
    [Description("The transport for IP addresses and localhost. Left out, they are refused.")]
    public string? Addresses { get; init; }
}
