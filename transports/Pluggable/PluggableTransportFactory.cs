[assembly: Klyntar.Overlay.OverlayTransport(typeof(Klyntar.Overlay.Transports.Pluggable.PluggableTransportFactory))]

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Makes the transport over pluggable transports.</summary>
public sealed class PluggableTransportFactory : ITransportFactory
{
    /// <inheritdoc/>
    public string Name => PluggableEndPoint.OverlayName;

    /// <inheritdoc/>
    public string Description => "Tor's pluggable transports without Tor: obfs4, and any program of that kind as a client, disguise connections between this machine and another.";

    /// <inheritdoc/>
    public Type OptionsType => typeof(PluggableOptions);

    /// <inheritdoc/>
    public Type? ServiceOptionsType => typeof(PluggableServiceOptions);

    /// <inheritdoc/>
    public bool EnabledByDefault => false;

    /// <inheritdoc/>
    public bool ShowsAddress(object options) => true;

    /// <inheritdoc/>
    public ITransport Create(object options) =>
        options is PluggableOptions pluggable
            ? new PluggableTransport(pluggable)
            : throw new ArgumentException($"The transport over pluggable transports is made from {nameof(PluggableOptions)}.", nameof(options));
}
