using System.Security.Cryptography;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Cli;

/// <summary>The client keys of one overlay in a data folder.</summary>
internal sealed class ClientKeyCatalog
{
    private readonly string _dataFolder;
    private KeyFolder? _folder;

    private ClientKeyCatalog(string dataFolder, string overlay, IClientKeys format)
    {
        _dataFolder = dataFolder;
        Overlay = overlay;
        Format = format;
    }

    /// <summary>The transport's name.</summary>
    public string Overlay { get; }

    /// <summary>How its client keys are made and written, and which service each is for.</summary>
    public IClientKeys Format { get; }

    // Opening makes the folder.
    private KeyFolder Folder => _folder ??= DataFolder.OpenClientKeys(_dataFolder, Overlay);

    /// <summary>The client keys of one overlay.</summary>
    /// <exception cref="OverlayException">There is no such overlay, or its services know no clients.</exception>
    public static ClientKeyCatalog Of(string overlay, string? dataFolder) =>
        FormatOf(IdentityCatalog.FactoryOf(overlay, CommonOptions.Catalog()), new GatewayOptions()) is { } format
            ? new ClientKeyCatalog(IdentityCatalog.DataFolder(dataFolder), overlay, format)
            : throw new OverlayException($"Services on {overlay} cannot know their clients, so it has no client keys.");

    /// <summary>Those overlays that have client keys, with the uses that a configuration tells.</summary>
    public static IEnumerable<ClientKeyCatalog> All(string dataFolder, GatewayOptions options, TransportCatalog catalog) =>
        from factory in catalog.Factories
        let format = FormatOf(factory, options)
        where format is not null
        select new ClientKeyCatalog(dataFolder, factory.Name, format);

    /// <summary>The names of the keys that are kept. Makes nothing.</summary>
    public IReadOnlyList<string> Names() => DataFolder.HasClientKeys(_dataFolder, Overlay) ? Folder.List() : [];

    /// <summary>Reads a key.</summary>
    /// <returns>The key, or null where there is none of that name.</returns>
    /// <exception cref="OverlayException">The file's owner, mode or content is wrong.</exception>
    public ClientKey? Read(string name)
    {
        if (Folder.Read(name) is not { } secret)
        {
            return null;
        }

        ClientKeyImport import = Format.Import(secret);
        CryptographicOperations.ZeroMemory(secret);
        return import.Key ?? throw new OverlayException($"The client key {Path.Join(Folder.Path, name)} is damaged. {import.Why} Restore it from a backup, or move it away.");
    }

    /// <summary>Keeps a key under a new name.</summary>
    /// <exception cref="OverlayException">The name is taken or malformed, or the folder cannot be written.</exception>
    public void Keep(string name, ClientKey key) => Folder.Create(name, key.Secret);

    // Keys need no network. A transport that is switched off is taken as it is by default.
    private static IClientKeys? FormatOf(ITransportFactory factory, GatewayOptions options) =>
        factory.Create(options.Transports.GetValueOrDefault(factory.Name) ?? Activator.CreateInstance(factory.OptionsType)!).ClientKeys;
}
