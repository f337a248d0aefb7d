[assembly: Klyntar.Overlay.OverlayTransport(typeof(Klyntar.Overlay.Transports.Loopback.LoopbackTransportFactory))]

namespace Klyntar.Overlay.Transports.Loopback;

/// <summary>Makes the loopback transport.</summary>
public sealed class LoopbackTransportFactory : ITransportFactory
{
    /// <inheritdoc/>
    public string Name => LoopbackEndPoint.OverlayName;

    /// <inheritdoc/>
    public string Description => "No overlay at all: 127.x.y.z.loopback is this machine's own 127.x.y.z. For benchmarks and for trying things.";

    /// <inheritdoc/>
    public Type OptionsType => typeof(LoopbackOptions);

    /// <inheritdoc/>
    public Type? ServiceOptionsType => null;

    /// <inheritdoc/>
    public bool EnabledByDefault => false;

    /// <inheritdoc/>
    public ITransport Create(object options) =>
        options is LoopbackOptions
            ? new LoopbackTransport()
            : throw new ArgumentException($"The loopback transport is made from {nameof(LoopbackOptions)}.", nameof(options));
}
