namespace Klyntar.Overlay.Gateway;

/// <summary>Which transports a configuration runs.</summary>
internal static class EnabledTransports
{
    /// <summary>Those that the configuration names, and those that run by default and are not switched off; in ordinal order.</summary>
    public static IEnumerable<string> Names(GatewayOptions options, TransportCatalog catalog) =>
        from transport in catalog.Transports
        where options.Transports.TryGetValue(transport.Key, out object? section) ? section is not null : transport.Value.EnabledByDefault
        select transport.Key;
}
