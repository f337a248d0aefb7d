using System.Collections.Immutable;
using System.Collections.ObjectModel;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.AspNetCore;

/// <summary>A service that this application is itself: published on overlays, under an identity it keeps.</summary>
public sealed record OverlayService
{
    /// <summary>Its name in status and logs, and that of its identity unless told otherwise. No other service of the gateway has it.</summary>
    public required string Name { get; init; }

    /// <summary>The names of the transports that publish it, such as <c>tor</c>.</summary>
    public required ImmutableArray<string> On { get; init; }

    /// <summary>The virtual ports that visitors connect to, 1 to 65535. Each becomes an end point of Kestrel's.</summary>
    public ImmutableArray<int> Ports { get; init; } = [80];

    /// <summary>The name of its identity in the key folder; null for the service's own name. A missing identity is created.</summary>
    public string? Identity { get; init; }

    /// <summary>How many visitors may be connected at a time, over all its overlays; more are turned away.</summary>
    public int Visitors { get; init; } = 4096;

    /// <summary>Limits of each single visitor, on overlays that tell visitors apart; null where they need not be told apart, and <see cref="IOverlayVisitorFeature.VisitorIdentity"/> may be null.</summary>
    public VisitorLimits? PerVisitor { get; init; }

    /// <summary>Options of single transports, by their names: instances of <see cref="ITransportFactory.ServiceOptionsType"/>.</summary>
    public IReadOnlyDictionary<string, object> Options { get; init; } = ReadOnlyDictionary<string, object>.Empty;

    internal ServiceOptions ToServiceOptions() => new()
    {
        On = On,
        Ports = Ports.ToDictionary(port => port, System.Net.EndPoint (_) => ThisProgram.Instance),
        Identity = Identity,
        Visitors = Visitors,
        PerVisitor = PerVisitor,
        Options = Options,
    };
}
