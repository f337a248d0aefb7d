namespace Klyntar.Overlay.Gateway;

/// <summary>A transport that a gateway can run.</summary>
/// <param name="Factory">Makes it.</param>
/// <param name="Plugin">The plugin that it is; null where it comes with the gateway.</param>
public sealed record CatalogTransport(ITransportFactory Factory, Plugin? Plugin)
{
    /// <summary>Whether it runs without being configured. A plugin never does.</summary>
    public bool EnabledByDefault => Plugin is null && Factory.EnabledByDefault;

    /// <summary>Where it comes from, for a person: "built in", or the plugin's folder.</summary>
    public string Origin => Plugin?.Folder ?? "built in";

    /// <summary>Makes the transport.</summary>
    /// <param name="options">An instance of the factory's options, or null for the defaults.</param>
    /// <exception cref="TransportHangsException">A plugin's factory does not return.</exception>
    internal ITransport Create(object? options)
    {
        var making = () => Factory.Create(options ?? Activator.CreateInstance(Factory.OptionsType)!);
        return Plugin is null ? making() : CallGuard.Make(making);
    }
}
