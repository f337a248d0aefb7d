using Klyntar.Overlay.Identities;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay;

/// <summary>What the gateway lends to a transport.</summary>
public interface ITransportContext
{
    /// <summary>A folder for this transport alone: exists, absolute, mode 0700, kept across restarts.</summary>
    string Folder { get; }

    /// <summary>Keys of the transport's own, kept under the key folder's rules.</summary>
    IKeyStore Keys { get; }

    /// <summary>The keys by which services of this transport's overlay know this gateway, in the form of <see cref="Identities.IClientKeys"/>. The operator makes and imports them.</summary>
    /// <exception cref="OverlayException">The folder's owner or mode is wrong.</exception>
    IKeyStore ClientKeys { get; }

    /// <summary>The clock. Transports take time from nowhere else, so that tests can run on virtual time.</summary>
    TimeProvider Clock { get; }

    /// <summary>Makes loggers. Addresses and secrets are never logged: use <see cref="OverlayEndPoint.Redacted"/>.</summary>
    ILoggerFactory Loggers { get; }

    /// <summary>Finds helper programs such as <c>tor</c>.</summary>
    IHelperPrograms Programs { get; }

    /// <summary>
    /// Optional services of the gateway, among them the socket engine, and the <see cref="System.Diagnostics.Metrics.IMeterFactory"/> that makes
    /// the meters of a gateway whose host reads them. Later gateways may offer more.
    /// </summary>
    IFeatureCollection Features { get; }

    /// <summary>Dials through the gateway's router, so that this transport can run over another one. A dial that comes back to a transport it runs over ends in <see cref="DialErrorKind.Loop"/>.</summary>
    /// <param name="request">An overlay end point or a name; pass on <see cref="DialRequest.Via"/> of the dial being served.</param>
    /// <param name="cancellationToken">Abandons the dial.</param>
    ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken);

    /// <summary>The identity by which this transport publishes on another one: made when it is first asked for, and kept with the keys of this one, so that its address stays.</summary>
    /// <param name="transport">The other transport's name.</param>
    /// <exception cref="OverlayException">There is no such transport, it has no identities, or the key folder's owner or mode is wrong.</exception>
    Identity IdentityOn(string transport);

    /// <summary>Publishes on another transport. Publishing on oneself, directly or in a circle, ends in <see cref="PublishErrorKind.Loop"/>.</summary>
    /// <param name="transport">The other transport's name.</param>
    /// <param name="definition">The service.</param>
    /// <param name="cancellationToken">Abandons the publication.</param>
    ValueTask<PublishResult> PublishAsync(string transport, ServiceDefinition definition, CancellationToken cancellationToken);
}
