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

    /// <summary>
    /// Whether publishing and dialling shows this machine's address to the overlay, as on the ordinary network. A service that is on an overlay which hides it is then not published
    /// here, unless its operator links the two. Total: options that are not valid give an answer too.
    /// </summary>
    /// <param name="options">An instance of <see cref="OptionsType"/>.</param>
    bool ShowsAddress(object options) => false;

    /// <summary>Makes the transport. Opens nothing and starts nothing.</summary>
    /// <param name="options">An instance of <see cref="OptionsType"/>, already validated.</param>
    ITransport Create(object options);
}
