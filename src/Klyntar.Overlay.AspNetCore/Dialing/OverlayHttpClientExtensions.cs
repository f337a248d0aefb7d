using Klyntar.Overlay.Gateway;
using Microsoft.Extensions.DependencyInjection;

namespace Klyntar.Overlay.AspNetCore;

/// <summary>Has clients of <see cref="IHttpClientFactory"/> dial overlays.</summary>
public static class OverlayHttpClientExtensions
{
    /// <summary>
    /// Sends this client's requests through the gateway, by <see cref="OverlayHttpHandler"/>, on circuits of its own. What .NET would log of them is switched off:
    /// it is whole addresses.
    /// </summary>
    /// <param name="builder">The client.</param>
    /// <param name="options">How it dials.</param>
    public static IHttpClientBuilder UseOverlay(this IHttpClientBuilder builder, OverlayDialOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        options ??= new OverlayDialOptions();

        // The factory makes a new handler every few minutes; the client stays the same one.
        OverlayDialOptions own = options with { Isolation = options.Isolation ?? IsolationKey.Unique() };
        return builder
            .ConfigurePrimaryHttpMessageHandler(provider => new OverlayHttpHandler(provider.GetRequiredService<GatewayHost>(), own))
            .RemoveAllLoggers();
    }
}
