using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.AspNetCore;

/// <summary>A virtual port of a service, as an end point that Kestrel listens on. It names the service and not its address, so it may be logged.</summary>
public sealed class OverlayServiceEndPoint : EndPoint
{
    /// <summary>Makes an end point.</summary>
    /// <param name="service">The service. Its end points share one instance.</param>
    /// <param name="port">One of its virtual ports.</param>
    public OverlayServiceEndPoint(OverlayService service, int port)
    {
        ArgumentNullException.ThrowIfNull(service);
        Service = service;
        Port = port;
    }

    /// <summary>The service.</summary>
    public OverlayService Service { get; }

    /// <summary>The virtual port.</summary>
    public int Port { get; }

    /// <inheritdoc/>
    public override AddressFamily AddressFamily => AddressFamily.Unspecified;

    /// <summary>The service's name and the port, such as <c>overlay:shop:80</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"overlay:{Service.Name}:{Port}");
}
