[assembly: Klyntar.Overlay.OverlayTransport(typeof(Klyntar.Overlay.Transports.I2P.I2PTransportFactory))]

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Makes the I2P transport.</summary>
public sealed class I2PTransportFactory : ITransportFactory
{
    /// <inheritdoc/>
    public string Name => I2PEndPoint.OverlayName;

    /// <inheritdoc/>
    public string Description => "I2P destinations: dials and publishes through a router's SAM bridge.";

    /// <inheritdoc/>
    public Type OptionsType => typeof(I2POptions);

    /// <inheritdoc/>
    public Type? ServiceOptionsType => typeof(I2PServiceOptions);

    /// <inheritdoc/>
    public bool EnabledByDefault => false;

    /// <inheritdoc/>
    public ITransport Create(object options) =>
        options is I2POptions i2p
            ? new I2PTransport(i2p)
            : throw new ArgumentException($"The I2P transport is made from {nameof(I2POptions)}.", nameof(options));
}
