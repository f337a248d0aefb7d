namespace Klyntar.Overlay.Gateway;

/// <summary>Which transports a configuration runs.</summary>
internal static class EnabledTransports
{
    /// <summary>Those that the configuration names, and those that run by default and are not switched off; in ordinal order.</summary>
    public static IEnumerable<string> Names(GatewayOptions options, TransportCatalog catalog) =>
        from factory in catalog.Factories.Values
        where options.Transports.TryGetValue(factory.Name, out object? section) ? section is not null : factory.EnabledByDefault
        select factory.Name;
}
