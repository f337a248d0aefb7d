using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Klyntar.Overlay.AspNetCore;

/// <summary>Has Kestrel listen on overlays.</summary>
public static class OverlayKestrelExtensions
{
    /// <summary>Publishes this application as a service with one virtual port.</summary>
    /// <param name="options">Kestrel's options.</param>
    /// <param name="service">The service's name, and that of its identity.</param>
    /// <param name="port">The virtual port.</param>
    /// <param name="on">The transport that publishes it, such as <c>tor</c>.</param>
    public static void ListenOverlay(this KestrelServerOptions options, string service, int port, string on) =>
        options.ListenOverlay(new OverlayService { Name = service, On = [on], Ports = [port] });

    /// <summary>Publishes this application as a service.</summary>
    /// <param name="options">Kestrel's options.</param>
    /// <param name="service">The service.</param>
    public static void ListenOverlay(this KestrelServerOptions options, OverlayService service) => options.ListenOverlay(service, _ => { });

    /// <summary>Publishes this application as a service.</summary>
    /// <param name="options">Kestrel's options.</param>
    /// <param name="service">The service.</param>
    /// <param name="configure">Configures each of its end points, for which see <see cref="ListenOptions.EndPoint"/>: the protocols, for example.</param>
    public static void ListenOverlay(this KestrelServerOptions options, OverlayService service, Action<ListenOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(service);
        foreach (int port in service.Ports)
        {
            options.Listen(new OverlayServiceEndPoint(service, port), configure);
        }
    }
}
