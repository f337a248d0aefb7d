using System.Collections.Immutable;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay;

/// <summary>What to publish.</summary>
public sealed record ServiceDefinition
{
    /// <summary>The service's name in configuration, status and metrics. It does not leave this machine.</summary>
    public required string Name { get; init; }

    /// <summary>The private key that makes the address. The same identity gives the same address.</summary>
    public required Identity Identity { get; init; }

    /// <summary>The virtual ports that visitors may connect to, 1 to 65535, without repetition.</summary>
    public required ImmutableArray<int> Ports { get; init; }

    /// <summary>Whether visitors are to be told apart, by <see cref="Visitor.Identity"/>. It may cost something, so an overlay that can need not do it unless asked; one that cannot publishes all the same, and says so in <see cref="IPublishedService.Notes"/>.</summary>
    public bool TellVisitors { get; init; }

    /// <summary>
    /// Whether whoever accepts its visitors never blocks the thread on which <see cref="IPublishedService.AcceptAsync"/> resumes. A transport may then
    /// resume it on the thread that serves its sockets, which saves each visitor two hops.
    /// </summary>
    public bool AcceptingNeverBlocks { get; init; }

    /// <summary>An instance of <see cref="ITransportFactory.ServiceOptionsType"/>, or null for none.</summary>
    public object? Options { get; init; }
}
