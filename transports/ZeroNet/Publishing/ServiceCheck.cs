using System.Net;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Checks a definition.</summary>
internal static class ServiceCheck
{
    /// <summary>How many virtual ports a service may have.</summary>
    public const int MaxPorts = 1024;

    /// <summary>What is wrong with a definition, or null.</summary>
    public static PublishError? Of(ServiceDefinition definition)
    {
        if (definition.Identity.Overlay != ZeroNetAddress.OverlayName)
        {
            return new PublishError(PublishErrorKind.InvalidIdentity, $"The identity of service {definition.Name} is on {definition.Identity.Overlay}, not on zeronet. Give the service an identity of its own for zeronet.");
        }

        IdentityImport import = ZeroNetIdentityFormat.Instance.Import(definition.Identity.Secret);
        if (!import.IsValid || import.Identity.Address != definition.Identity.Address)
        {
            return new PublishError(PublishErrorKind.InvalidIdentity, $"The identity of service {definition.Name} is damaged. {import.Why ?? "Its key makes another address."} Restore it from a backup.");
        }

        if (definition.Ports.IsDefaultOrEmpty || definition.Ports.Length > MaxPorts
            || definition.Ports.Any(p => p is < 1 or > IPEndPoint.MaxPort) || definition.Ports.Distinct().Count() != definition.Ports.Length)
        {
            return new PublishError(PublishErrorKind.InvalidPorts, $"Service {definition.Name} needs 1 to {MaxPorts} virtual ports from 1 to {IPEndPoint.MaxPort}, each once.");
        }

        return definition.Options is null or ZeroNetServiceOptions
            ? null
            : new PublishError(PublishErrorKind.InvalidOptions, $"Service {definition.Name} has options of another transport. Write those of zeronet.");
    }
}
