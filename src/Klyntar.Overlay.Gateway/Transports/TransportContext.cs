using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Keys;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>What the gateway lends to one transport.</summary>
internal sealed class TransportContext(TransportHost host, string folder, KeyFolder keys, Lazy<IKeyStore> clientKeys, GatewayServices services, RecordingPrograms programs, TransportSet transports, Router router) : ITransportContext
{
    public string Folder => folder;

    public IKeyStore Keys => keys;

    public IKeyStore ClientKeys => clientKeys.Value;

    public TimeProvider Clock => services.Clock;

    public ILoggerFactory Loggers { get; } = new BoundedLoggers(host.Name, services.Loggers, host.LogBudget);

    public IHelperPrograms Programs => programs;

    public IFeatureCollection Features { get; } = MakeFeatures(services);

    public ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        // A transport that does not pass on the dial it serves is at least known itself.
        DialRequest via = request.Via.IsDefault ? request with { Via = [host.Name] }
            : request.Via.Contains(host.Name) ? request
            : request with { Via = request.Via.Add(host.Name) };
        return router.DialAsync(via, cancellationToken);
    }

    // In the folder of the transport's own keys, where no service's name stands in the way.
    public Identity IdentityOn(string transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        return transports.Find(transport)?.Identities is { } format
            ? new ServiceIdentities(keys, format).ReadOrCreate($"on-{transport}")
            : throw new OverlayException($"{host.Name} wants to publish on {transport}, which is not enabled or has no identities. Enable it in \"transports\".");
    }

    public ValueTask<PublishResult> PublishAsync(string transport, ServiceDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(definition);
        if (transports.Find(transport) is not { } target)
        {
            return new(new PublishError(PublishErrorKind.NotSupported, $"{host.Name} wants to publish on {transport}, which is not enabled. Enable it in \"transports\"."));
        }

        return transports.MayCarry(host.Name, transport)
            ? target.PublishAsync(definition, cancellationToken)
            : new(new PublishError(PublishErrorKind.Loop, $"{host.Name} cannot publish on {transport}, which publishes on {host.Name} itself. Check which transport carries which in the configuration."));
    }

    private static FeatureCollection MakeFeatures(GatewayServices services)
    {
        var features = new FeatureCollection();
        features.Set(services.Engine);
        features.Set(services.Meters);
        return features;
    }
}
