using System.Collections.Immutable;
using System.Net.Http.Json;

namespace Klyntar.Overlay.Gateway;

/// <content>Services that programs have a running gateway publish.</content>
public sealed partial class GatewayClient
{
    /// <summary>Has the gateway publish a service until it ends, under an identity that it keeps. What is published just so stays as it is.</summary>
    /// <param name="name">A name that no service of its configuration has.</param>
    /// <param name="options">The service.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How it is on each overlay.</returns>
    /// <exception cref="OverlayException">No gateway runs there, it does not answer, or it refused the service; the message says why.</exception>
    public Task<ImmutableArray<ServiceReport>> PublishServiceAsync(string name, ServiceOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return AskAsync(HttpMethod.Post, AdminApplication.ServicesPath, AdminApplication.NameKey, name, PublishTime, GatewayJson.Default.ImmutableArrayServiceReport, JsonContent.Create(options, options: ConfigurationJson.Options), cancellationToken);
    }

    /// <summary>Has the gateway withdraw a service that a program had it publish.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">No gateway runs there, it does not answer, or it has no such service; the message says why.</exception>
    public Task WithdrawServiceAsync(string name, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Delete, AdminApplication.ServicesPath, AdminApplication.NameKey, name, PublishTime, GatewayJson.Default.JsonElement, null, cancellationToken);
}
