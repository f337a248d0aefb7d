using Klyntar.Overlay;

// How the gateway finds the transport. An assembly with this attribute is a plugin.
[assembly: OverlayTransport(typeof(SampleNamespace.SampleClassFactory))]

namespace SampleNamespace;

/// <summary>Makes the transport. The gateway asks it for names and types without configuring or starting anything.</summary>
public sealed class SampleClassFactory : ITransportFactory
{
    /// <summary>Also the name of the plugin's folder and of its section in overlay.json.</summary>
    public string Name => SampleClassAddress.Overlay;

    public string Description => "A toy overlay: reaches programs of this machine through Unix sockets in a folder.";

    public Type OptionsType => typeof(SampleClassOptions);

    /// <summary>Services have no options of their own here.</summary>
    public Type? ServiceOptionsType => null;

    /// <summary>A plugin runs where the configuration names it, and not because it lies in the folder.</summary>
    public bool EnabledByDefault => false;

    // An overlay on the ordinary network, which shows its users' addresses, would say: public bool ShowsAddress(object options) => true;

    public ITransport Create(object options) => new SampleClassTransport((SampleClassOptions)options);
}
