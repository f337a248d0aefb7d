using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The configuration section <c>services.*.options.zeronet</c>.</summary>
public sealed record ZeroNetServiceOptions
{
    private const int MostTitle = 100;
    private const int MostDescription = 500;

    /// <summary>The title of the service's page.</summary>
    [Description("The title of the page that the service's site shows in ZeroNet's clients. Public.")]
    [MaxLength(MostTitle)]
    public string Title { get; init; } = "A node behind Klyntar.Overlay";

    /// <summary>What the page says that the service is.</summary>
    [Description("What that page says the service is, in a sentence. Public.")]
    [MaxLength(MostDescription)]
    public string Description { get; init; } = "This site's end points lead to a gateway, which connects to the node.";
}
