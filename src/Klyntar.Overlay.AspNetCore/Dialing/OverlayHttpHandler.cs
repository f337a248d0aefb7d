using System.Net;
using System.Security.Cryptography.X509Certificates;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.AspNetCore;

/// <summary>Sends HTTP requests over overlays and no other way: proxies and their environment variables are ignored, names are never resolved, HTTP/3 is refused, and requests to other names fail.</summary>
/// <remarks>A failed dial is an <see cref="HttpRequestException"/> whose inner exception is an <see cref="OverlayDialException"/>. All requests of one handler may share circuits; those of different handlers do not.</remarks>
public sealed class OverlayHttpHandler : DelegatingHandler
{
    /// <summary>Makes a handler.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="options">How it dials.</param>
    /// <param name="configure">Changes what has nothing to do with the way: cookies, redirects, pooling.</param>
    public OverlayHttpHandler(GatewayHost gateway, OverlayDialOptions? options = null, Action<SocketsHttpHandler>? configure = null)
    {
        var factory = new OverlayConnectionFactory(gateway, options);
        var sockets = new SocketsHttpHandler();
        configure?.Invoke(sockets);

        // Nobody learns from a request what other work it belongs to.
        sockets.ActivityHeadersPropagator = null;
        sockets.UseProxy = false;
        sockets.Proxy = null;

        // Missing certificates and revocation lists would be fetched around the overlay.
        sockets.SslOptions.CertificateChainPolicy ??= new X509ChainPolicy();
        sockets.SslOptions.CertificateChainPolicy.DisableCertificateDownloads = true;
        sockets.SslOptions.CertificateChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        sockets.ConnectCallback = async (context, cancellationToken) =>
            new ConnectionStream(await factory.ConnectAsync(context.DnsEndPoint, cancellationToken));
        InnerHandler = sockets;
    }

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        base.Send(WithoutHttp3(request), cancellationToken);

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        base.SendAsync(WithoutHttp3(request), cancellationToken);

    // HTTP/3 runs over QUIC, for which .NET resolves the name itself and asks no callback.
    private static HttpRequestMessage WithoutHttp3(HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Version >= HttpVersion.Version30)
        {
            throw new HttpRequestException(HttpRequestError.VersionNegotiationError, "HTTP/3 runs over UDP, which no overlay carries. Ask for version 2 or 1.1.");
        }

        if (request.VersionPolicy == HttpVersionPolicy.RequestVersionOrHigher)
        {
            // The highest that remains is 2, which only TLS can negotiate.
            bool mayNegotiate = request.RequestUri?.Scheme == Uri.UriSchemeHttps && request.Version < HttpVersion.Version20;
            request.Version = mayNegotiate ? HttpVersion.Version20 : request.Version;
            request.VersionPolicy = mayNegotiate ? HttpVersionPolicy.RequestVersionOrLower : HttpVersionPolicy.RequestVersionExact;
        }

        return request;
    }
}
