[assembly: Klyntar.Overlay.OverlayTransport(typeof(Klyntar.Overlay.Transports.ZeroNet.ZeroNetTransportFactory))]

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Makes the ZeroNet transport.</summary>
public sealed class ZeroNetTransportFactory : ITransportFactory
{
    /// <inheritdoc/>
    public string Name => ZeroNetAddress.OverlayName;

    /// <inheritdoc/>
    public string Description => "ZeroNet sites: finds, keeps and passes on their records as a peer of the network, and tunnels between gateways.";

    /// <inheritdoc/>
    public Type OptionsType => typeof(ZeroNetOptions);

    /// <inheritdoc/>
    public Type? ServiceOptionsType => typeof(ZeroNetServiceOptions);

    /// <inheritdoc/>
    public bool EnabledByDefault => false;

    /// <inheritdoc/>
    public bool ShowsAddress(object options) => options is ZeroNetOptions { Clearnet: true };

    /// <inheritdoc/>
    public ITransport Create(object options) =>
        options is ZeroNetOptions zeronet
            ? new ZeroNetTransport(zeronet)
            : throw new ArgumentException($"The ZeroNet transport is made from {nameof(ZeroNetOptions)}.", nameof(options));
}
