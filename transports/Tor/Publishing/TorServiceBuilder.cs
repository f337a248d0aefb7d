using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;

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
        return definition.Check(TorEndPoint.OverlayName, TorIdentityFormat.Instance, MaxPorts, typeof(TorServiceOptions))
            ?? (definition.Options is TorServiceOptions options ? CheckOptions(definition.Name, options) : null);
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
