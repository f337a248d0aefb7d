using System.Net;
using Klyntar.Overlay.Connections;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Gateway;

/// <summary>Where the visitors of one virtual port are led to.</summary>
/// <param name="text">The target as in the configuration: for terminals.</param>
/// <param name="redacted">The same for logs.</param>
/// <param name="relay">How visitors, first, are relayed to it, second.</param>
internal abstract class ServiceTarget(string text, string redacted, RelayOptions relay)
{
    /// <summary>The target as in the configuration: for terminals.</summary>
    public string Text { get; } = text;

    /// <summary>The same for logs.</summary>
    public string Redacted { get; } = redacted;

    /// <summary>How visitors, first, are relayed to it, second.</summary>
    public RelayOptions Relay { get; } = relay;

    /// <summary>Makes the target of one port of a service on one overlay.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="port">The virtual port.</param>
    /// <param name="options">The service.</param>
    /// <param name="visitors">What the overlay of its visitors can carry.</param>
    /// <param name="context">What the doors share.</param>
    /// <exception cref="OverlayException">No transport dials it.</exception>
    public static ServiceTarget Of(string service, int port, ServiceOptions options, TransportCapabilities visitors, DoorContext context)
    {
        EndPoint endPoint = options.Ports[port];
        if (endPoint is not (OverlayEndPoint or DnsEndPoint))
        {
            return new LocalTarget(port, endPoint, options, visitors, context);
        }

        Route route = context.Router.Find(endPoint);
        return route.IsFound
            ? new OverlayTarget(service, endPoint, route, options.ConnectTimeout, visitors, context)
            : throw new OverlayException($"Port {port} of the service {service} leads to a name that cannot be dialled: {Route.WhyNot(route.Error)}");
    }

    /// <summary>Connects.</summary>
    /// <param name="visitor">The address that stands for the visitor whom it is for; null where visitors are not told apart.</param>
    /// <param name="visited">The host that the visitor came to; null for a program of this machine, which came by no overlay.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The connection; or why there is none and what to do, as a sentence, null where it was given up.</returns>
    public abstract ValueTask<(ConnectionContext? Connection, string? Why)> ConnectAsync(IPAddress? visitor, string? visited, CancellationToken cancellationToken);
}
