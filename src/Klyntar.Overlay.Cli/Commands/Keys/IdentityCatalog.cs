using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Cli;

/// <summary>The identities of one overlay in a data folder.</summary>
internal sealed class IdentityCatalog
{
    private readonly string _dataFolder;
    private ServiceIdentities? _kept;

    private IdentityCatalog(string dataFolder, ITransportFactory factory, IIdentityFormat format)
    {
        _dataFolder = dataFolder;
        Factory = factory;
        Format = format;
    }

    /// <summary>Makes the transport.</summary>
    public ITransportFactory Factory { get; }

    /// <summary>The transport's name.</summary>
    public string Overlay => Factory.Name;

    /// <summary>How its identities are made and written.</summary>
    public IIdentityFormat Format { get; }

    // Opening makes the folder.
    private ServiceIdentities Identities => _kept ??= new ServiceIdentities(_dataFolder, Overlay, Format);

    /// <summary>The absolute data folder that is meant by an option.</summary>
    public static string DataFolder(string? given) => Path.GetFullPath(given ?? GatewayOptions.DefaultDataFolder);

    /// <summary>The identities of one overlay.</summary>
    /// <exception cref="OverlayException">There is no such overlay, or it has no identities.</exception>
    public static IdentityCatalog Of(string overlay, string? dataFolder, TransportCatalog? catalog = null)
    {
        ITransportFactory factory = FactoryOf(overlay, catalog ?? CommonOptions.Catalog());
        return FormatOf(factory) is { } format
            ? new IdentityCatalog(DataFolder(dataFolder), factory, format)
            : throw new OverlayException($"{overlay} publishes no services, so it has no identities.");
    }

    /// <summary>The factory of a transport.</summary>
    /// <exception cref="OverlayException">There is none of that name.</exception>
    public static ITransportFactory FactoryOf(string overlay, TransportCatalog catalog) => catalog.TryGet(overlay, out ITransportFactory? factory)
        ? factory
        : throw new OverlayException(catalog.Refused.FirstOrDefault(r => r.Name == overlay) is { } refused
            ? $"The plugin {refused.Folder} is not run. {refused.Why}"
            : $"There is no transport '{overlay}'. Use one of: {string.Join(", ", catalog.Names)}.");

    /// <summary>Those overlays of which identities are kept in a data folder. Makes nothing.</summary>
    public static IEnumerable<IdentityCatalog> Kept(string dataFolder) =>
        from factory in CommonOptions.Catalog().Factories
        where Directory.Exists(Path.Join(dataFolder, "keys", factory.Name))
        let format = FormatOf(factory)
        where format is not null
        select new IdentityCatalog(dataFolder, factory, format);

    public IReadOnlyList<string> Names() => Identities.List();

    public Identity? Read(string name) => Identities.Read(name);

    /// <summary>Reads an identity that has to be there.</summary>
    /// <exception cref="OverlayException">It is not, or cannot be read.</exception>
    public Identity Existing(string name) =>
        Identities.Read(name) ?? throw new OverlayException($"There is no identity '{name}' on {Overlay}. 'klyntar-overlay keys list' shows those there are.");

    /// <summary>Keeps an identity under a new name.</summary>
    /// <returns>Its address.</returns>
    /// <exception cref="OverlayException">The name is taken or malformed, or the folder cannot be written.</exception>
    public string Keep(string name, Identity identity)
    {
        Identities.Keep(name, identity);
        return identity.Address;
    }

    // Identities need no network and no configuration.
    private static IIdentityFormat? FormatOf(ITransportFactory factory) => factory.Create(Activator.CreateInstance(factory.OptionsType)!).Identities;
}
