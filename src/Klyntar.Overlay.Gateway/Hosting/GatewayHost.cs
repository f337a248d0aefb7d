using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Gateway;

/// <summary>A running gateway: doors, router, transports and services in one process.</summary>
public sealed class GatewayHost : IAsyncDisposable
{
    private GatewayHost()
    {
    }

    /// <summary>The data folder, absolute.</summary>
    public string DataFolder => throw new NotImplementedException();

    /// <summary>Where the SOCKS doors listen, in the order of the configuration, with the ports that were given for port 0.</summary>
    public ImmutableArray<EndPoint> SocksEndPoints => throw new NotImplementedException();

    /// <summary>The whole gateway's status and its changes, for live display. The same model is served to <see cref="GatewayClient"/>.</summary>
    public IStatus<GatewayStatus> Status => throw new NotImplementedException();

    /// <summary>
    /// Starts a gateway. Returns as soon as its doors listen: transports start and services are published meanwhile, and
    /// <see cref="Status"/> tells how it goes.
    /// </summary>
    /// <param name="options">The configuration.</param>
    /// <param name="services">What the hosting program gives.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <exception cref="ConfigurationException">The options are wrong.</exception>
    /// <exception cref="OverlayException">The data folder is in use, a door cannot listen, or a key cannot be read.</exception>
    public static Task<GatewayHost> StartAsync(GatewayOptions options, GatewayServices services, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Waits until every transport is ready and every service published.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="OverlayException">A transport or service failed, so that this cannot come to be; the message says why.</exception>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Dials through the router, as a client of a door would.</summary>
    /// <param name="request">An overlay end point, or a <see cref="DnsEndPoint"/> whose name the router gives to the transport that claims it.</param>
    /// <param name="cancellationToken">Abandons the dial.</param>
    public ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Stops in good order: doors close, connections may go on for <see cref="GatewayLimits.DrainTime"/>, services are withdrawn, transports end.</summary>
    /// <param name="cancellationToken">Cuts the drain short; the rest is still done.</param>
    public Task StopAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Stops, if that was not done, without waiting for connections.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
