namespace Klyntar.Overlay;

/// <summary>Makes one transport from its configuration. An assembly names its factories with <see cref="OverlayTransportAttribute"/>.</summary>
public interface ITransportFactory
{
    /// <summary>The transport's name, as in <see cref="ITransport.Name"/>; also the name of its configuration section.</summary>
    string Name { get; }

    /// <summary>One sentence for <c>transports list</c>.</summary>
    string Description { get; }

    /// <summary>The type that the configuration section <c>transports.NAME</c> is read into; the published schema is made from it.</summary>
    Type OptionsType { get; }

    /// <summary>The type that <c>services.*.options.NAME</c> is read into, or null where services have no options on this overlay.</summary>
    Type? ServiceOptionsType { get; }

    /// <summary>Whether the transport runs without being configured. Where false, only its configuration section enables it.</summary>
    bool EnabledByDefault { get; }

    /// <summary>Makes the transport. Opens nothing and starts nothing.</summary>
    /// <param name="options">An instance of <see cref="OptionsType"/>, already validated.</param>
    ITransport Create(object options);
}
