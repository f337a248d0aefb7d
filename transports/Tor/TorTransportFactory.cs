[assembly: Klyntar.Overlay.OverlayTransport(typeof(Klyntar.Overlay.Transports.Tor.TorTransportFactory))]

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Makes the Tor transport.</summary>
public sealed class TorTransportFactory : ITransportFactory
{
    /// <inheritdoc/>
    public string Name => TorEndPoint.OverlayName;

    /// <inheritdoc/>
    public string Description => "Onion services: dials and publishes through a tor of its own, or through one that runs already.";

    /// <inheritdoc/>
    public Type OptionsType => typeof(TorOptions);

    /// <inheritdoc/>
    public Type? ServiceOptionsType => typeof(TorServiceOptions);

    /// <inheritdoc/>
    public bool EnabledByDefault => true;

    /// <inheritdoc/>
    public ITransport Create(object options) =>
        options is TorOptions tor
            ? new TorTransport(tor)
            : throw new ArgumentException($"The Tor transport is made from {nameof(TorOptions)}.", nameof(options));
}
