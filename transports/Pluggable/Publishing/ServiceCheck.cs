using System.ComponentModel.DataAnnotations;
using System.Net;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Checks a definition.</summary>
internal static class ServiceCheck
{
    /// <summary>Each takes a process.</summary>
    public const int MaxPorts = 16;

    /// <summary>What is wrong with a definition, or null.</summary>
    public static PublishError? Of(ServiceDefinition definition, Obfs4Identities identities, PluggableOptions options)
    {
        if (definition.Identity.Overlay != PluggableEndPoint.OverlayName)
        {
            return new PublishError(PublishErrorKind.InvalidIdentity, $"The identity of service {definition.Name} is on {definition.Identity.Overlay}, not on {PluggableEndPoint.OverlayName}. Give the service an identity of its own for {PluggableEndPoint.OverlayName}.");
        }

        IdentityImport import = identities.Import(definition.Identity.Secret);
        if (!import.IsValid)
        {
            return new PublishError(PublishErrorKind.InvalidIdentity, $"The identity of service {definition.Name} is damaged. {import.Why} Restore it from a backup.");
        }

        if (definition.Ports.IsDefaultOrEmpty || definition.Ports.Length > MaxPorts
            || definition.Ports.Any(p => p is < 1 or > IPEndPoint.MaxPort) || definition.Ports.Distinct().Count() != definition.Ports.Length)
        {
            return new PublishError(PublishErrorKind.InvalidPorts, $"Service {definition.Name} needs 1 to {MaxPorts} virtual ports from 1 to {IPEndPoint.MaxPort}, each once.");
        }

        if (definition.Options is not (null or PluggableServiceOptions))
        {
            return new PublishError(PublishErrorKind.InvalidOptions, $"Service {definition.Name} has options of another transport. Write those of {PluggableEndPoint.OverlayName}.");
        }

        if (definition.Options is PluggableServiceOptions own && own.Validate(new ValidationContext(own)).FirstOrDefault() is { } problem)
        {
            return new PublishError(PublishErrorKind.InvalidOptions, $"The options of service {definition.Name} on {PluggableEndPoint.OverlayName} are not valid. {string.Join(", ", problem.MemberNames)}: {problem.ErrorMessage}");
        }

        return ServicePlace.Fits(definition, options)
            ? null
            : new PublishError(PublishErrorKind.InvalidOptions, $"Service {definition.Name} has so many ports that the last would be beyond {IPEndPoint.MaxPort}. Choose a lower port for its \"listen\" and \"advertise\".");
    }
}
