using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Checks a definition.</summary>
internal static class ServiceCheck
{
    /// <summary>Each takes a process.</summary>
    public const int MaxPorts = 16;

    /// <summary>What is wrong with a definition, or null.</summary>
    public static PublishError? Of(ServiceDefinition definition, Obfs4Identities identities, PluggableOptions options)
    {
        if (definition.Check(PluggableEndPoint.OverlayName, identities, MaxPorts, typeof(PluggableServiceOptions)) is { } error)
        {
            return error;
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
