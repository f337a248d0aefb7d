using System.Collections.Immutable;
using System.Net;
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

    /// <summary>Checks what is the same for all overlays: an identity of the overlay's own that is whole, virtual ports that are valid, and options of the right kind. What options say is the transport's to check.</summary>
    /// <param name="overlay">The transport's name.</param>
    /// <param name="identities">Its identities.</param>
    /// <param name="maxPorts">How many virtual ports a service may have.</param>
    /// <param name="optionsType">Its <see cref="ITransportFactory.ServiceOptionsType"/>, or null where services have none.</param>
    /// <returns>What is wrong, or null.</returns>
    public PublishError? Check(string overlay, IIdentityFormat identities, int maxPorts, Type? optionsType)
    {
        ArgumentNullException.ThrowIfNull(identities);
        if (Identity.Overlay != overlay)
        {
            return new PublishError(PublishErrorKind.InvalidIdentity, $"The identity of service {Name} is on {Identity.Overlay}, not on {overlay}. Give the service an identity of its own for {overlay}.");
        }

        IdentityImport import = identities.Import(Identity.Secret);
        if (!import.IsValid || import.Identity.Address != Identity.Address)
        {
            return new PublishError(PublishErrorKind.InvalidIdentity, $"The identity of service {Name} is damaged. {import.Why ?? "Its key makes another address."} Restore it from a backup.");
        }

        if (Ports.IsDefaultOrEmpty || Ports.Length > maxPorts || Ports.Any(static port => port is < 1 or > IPEndPoint.MaxPort) || Ports.Distinct().Count() != Ports.Length)
        {
            return new PublishError(PublishErrorKind.InvalidPorts, $"Service {Name} needs 1 to {maxPorts} virtual ports from 1 to {IPEndPoint.MaxPort}, each once.");
        }

        return Options is null || optionsType?.IsInstanceOfType(Options) == true ? null
            : optionsType is null ? new PublishError(PublishErrorKind.InvalidOptions, $"Services have no options on {overlay}. Remove those of service {Name}.")
            : new PublishError(PublishErrorKind.InvalidOptions, $"Service {Name} has options of another transport. Write those of {overlay}.");
    }
}
