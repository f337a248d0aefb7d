using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Checks a definition and opens its doors: a listener for each virtual port, which only tor reaches.</summary>
internal sealed class TorServiceBuilder(IVisitorDoors doors)
{
    /// <summary>Each takes a descriptor of ours and a word of the command.</summary>
    public const int MaxPorts = 256;

    /// <summary>Checks a definition.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public static PublishError? Check(ServiceDefinition definition)
    {
        if (definition.Identity.Overlay != TorEndPoint.OverlayName)
        {
            return new PublishError(PublishErrorKind.InvalidIdentity, $"The identity of service {definition.Name} is on {definition.Identity.Overlay}, not on tor. Give the service an identity of its own for tor.");
        }

        IdentityImport import = TorIdentityFormat.Instance.Import(definition.Identity.Secret);
        if (!import.IsValid || import.Identity.Address != definition.Identity.Address)
        {
            return new PublishError(PublishErrorKind.InvalidIdentity, $"The identity of service {definition.Name} is damaged. {import.Why ?? "Its key makes another address."} Restore it from a backup.");
        }

        if (definition.Ports.IsDefaultOrEmpty || definition.Ports.Length > MaxPorts
            || definition.Ports.Any(p => p is < 1 or > IPEndPoint.MaxPort) || definition.Ports.Distinct().Count() != definition.Ports.Length)
        {
            return new PublishError(PublishErrorKind.InvalidPorts, $"Service {definition.Name} needs 1 to {MaxPorts} virtual ports from 1 to {IPEndPoint.MaxPort}, each once.");
        }

        return definition.Options switch
        {
            null => null,
            TorServiceOptions options => CheckOptions(definition.Name, options),
            _ => new PublishError(PublishErrorKind.InvalidOptions, $"Service {definition.Name}: the options are not those of a service on tor."),
        };
    }

    // Options that were made in code passed by no configuration's rules.
    private static PublishError? CheckOptions(string service, TorServiceOptions options)
    {
        var problems = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true)
            ? null
            : new PublishError(PublishErrorKind.InvalidOptions, $"Service {service}: {string.Join(' ', problems.Select(p => p.ErrorMessage))}");
    }

    /// <summary>Opens a listener for each virtual port, and decides how the service is published for as long as it lives.</summary>
    /// <exception cref="SocketException">There are too few descriptors, or the folder is gone.</exception>
    /// <exception cref="OverlayException">There is no place for them.</exception>
    public async ValueTask<ServicePlace> OpenAsync(ServiceDefinition definition, OnionAddress address)
    {
        bool limitsIntroductions = definition.Options is TorServiceOptions { LimitsIntroductions: true };
        ServiceFolder? folder = definition.TellVisitors || limitsIntroductions ? doors.FolderOf(address.ServiceId) : null;
        var lacks = ImmutableArray.CreateBuilder<string>();
        if (folder is null && definition.TellVisitors)
        {
            lacks.Add("visitors are not told apart, which only a tor of the gateway's own does");
        }

        if (folder is null && limitsIntroductions)
        {
            lacks.Add("published without limits at introduction points, which only a tor of the gateway's own has");
        }

        return new ServicePlace(await ListenAsync(definition.Ports), folder, lacks.ToImmutable());
    }

    private async ValueTask<ImmutableArray<(int Port, EngineListener Listener)>> ListenAsync(ImmutableArray<int> ports)
    {
        var listeners = ImmutableArray.CreateBuilder<(int, EngineListener)>(ports.Length);
        try
        {
            foreach (int port in ports)
            {
                listeners.Add((port, doors.Open()));
            }

            return listeners.MoveToImmutable();
        }
        catch
        {
            foreach ((_, EngineListener listener) in listeners)
            {
                await listener.DisposeAsync();
            }

            throw;
        }
    }
}
