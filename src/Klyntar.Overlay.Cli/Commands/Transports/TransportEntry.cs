using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary>A transport as <c>transports list</c> tells it; the JSON form has these members.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Whether the configuration has it run: "on", "off", or "refused" for a plugin that may not.</param>
/// <param name="IsBuiltIn">Whether it comes with the gateway.</param>
/// <param name="Description">One sentence; for a refused plugin, why it is.</param>
/// <param name="Folder">A plugin's folder.</param>
/// <param name="Version">A plugin's version.</param>
/// <param name="ContractVersion">The version of the contract that a plugin was built with.</param>
/// <param name="Sha256">What a plugin's contents can be pinned by.</param>
/// <param name="IsPinned">Whether a plugin's contents are pinned.</param>
internal sealed record TransportEntry(string Name, string State, bool IsBuiltIn, string Description, string? Folder, string? Version, string? ContractVersion, string? Sha256, bool IsPinned)
{
    private const string Refused = "refused";

    /// <summary>All that are there, in ordinal order of their names, with the refused plugins last.</summary>
    public static IEnumerable<TransportEntry> All(GatewayOptions options, TransportCatalog catalog)
    {
        HashSet<string> enabled = [.. EnabledTransports.Names(options, catalog)];
        return
        [
            .. catalog.Transports.Values.Select(t => Of(t, enabled.Contains(t.Factory.Name))),
            .. catalog.Refused.Select(r => new TransportEntry(r.Name, Refused, false, r.Why, r.Folder, null, null, null, false)),
        ];
    }

    /// <summary>One that can be run.</summary>
    public static TransportEntry Of(CatalogTransport transport, bool isOn) => new(
        transport.Factory.Name,
        isOn ? "on" : "off",
        transport.Plugin is null,
        DescriptionOf(transport.Factory),
        transport.Plugin?.Folder,
        transport.Plugin?.Version.ToString(3),
        transport.Plugin?.ContractVersion.ToString(3),
        transport.Plugin?.Sha256,
        transport.Plugin?.IsPinned ?? false);

    // A plugin's own words, which may be any.
    private static string DescriptionOf(ITransportFactory factory)
    {
        try
        {
            return string.Concat(factory.Description.Select(static c => char.IsControl(c) ? ' ' : c));
        }
        catch (Exception e)
        {
            return $"Its description cannot be read: {e.Message}";
        }
    }
}
