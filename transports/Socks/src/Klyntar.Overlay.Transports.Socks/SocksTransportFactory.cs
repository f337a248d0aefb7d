[assembly: Klyntar.Overlay.OverlayTransport(typeof(Klyntar.Overlay.Transports.Socks.SocksTransportFactory))]

namespace Klyntar.Overlay.Transports.Socks;

/// <summary>Makes the SOCKS transport.</summary>
public sealed class SocksTransportFactory : ITransportFactory
{
    /// <inheritdoc/>
    public string Name => SocksEndPoint.OverlayName;

    /// <inheritdoc/>
    public string Description => "Dials through any SOCKS5 server: Lokinet, Nym, Yggdrasil, ssh -D, or an exit to the ordinary network.";

    /// <inheritdoc/>
    public Type OptionsType => typeof(SocksOptions);

    /// <inheritdoc/>
    public Type? ServiceOptionsType => null;

    /// <inheritdoc/>
    public bool EnabledByDefault => false;

    /// <inheritdoc/>
    public bool ShowsAddress(object options) => options is not SocksOptions { Upstreams: { } upstreams } || upstreams.Values.Any(u => u.IsAddressShown);

    /// <inheritdoc/>
    public ITransport Create(object options) =>
        options is SocksOptions socks
            ? new SocksTransport(socks)
            : throw new ArgumentException($"The SOCKS transport is made from {nameof(SocksOptions)}.", nameof(options));
}
