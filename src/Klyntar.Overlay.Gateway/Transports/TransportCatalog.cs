using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Klyntar.Overlay.Gateway;

/// <summary>The transports that this gateway can run: the factories that assemblies name with <see cref="OverlayTransportAttribute"/>.</summary>
public sealed class TransportCatalog
{
    private const string BuiltInPattern = "Klyntar.Overlay.Transports.*.dll";

    private TransportCatalog(IEnumerable<ITransportFactory> factories)
    {
        ImmutableSortedDictionary<string, CatalogTransport>.Builder byName = ImmutableSortedDictionary.CreateBuilder<string, CatalogTransport>(StringComparer.Ordinal);
        foreach (ITransportFactory factory in factories)
        {
            string name = factory.Name;
            if (TransportName.Fault(name) is { } fault)
            {
                throw new OverlayException($"The transport of {factory.GetType()} is named \"{ConfigurationNode.Quotable(name ?? "")}\", but {fault}. Its author must rename it.");
            }

            if (!byName.TryAdd(name, new CatalogTransport(factory, null)))
            {
                throw new OverlayException($"Two transports are named \"{name}\": {byName[name].Factory.GetType().Assembly.Location} and {factory.GetType().Assembly.Location}. Remove one of them.");
            }
        }

        Transports = byName.ToImmutable();
    }

    private TransportCatalog(ImmutableSortedDictionary<string, CatalogTransport> transports, ImmutableArray<RefusedPlugin> refused)
    {
        Transports = transports;
        Refused = refused;
    }

    /// <summary>No transports.</summary>
    public static TransportCatalog Empty { get; } = new(Enumerable.Empty<ITransportFactory>());

    /// <summary>The transports, by name, in ordinal order.</summary>
    public ImmutableSortedDictionary<string, CatalogTransport> Transports { get; }

    /// <summary>The transports' factories, in ordinal order of their names.</summary>
    public IEnumerable<ITransportFactory> Factories => Transports.Values.Select(t => t.Factory);

    /// <summary>The transports' names, in ordinal order.</summary>
    public IEnumerable<string> Names => Transports.Keys;

    /// <summary>The plugins that are not run, and why.</summary>
    public ImmutableArray<RefusedPlugin> Refused { get; } = [];

    /// <summary>The transports that come with the gateway: <c>Klyntar.Overlay.Transports.*.dll</c> beside the program.</summary>
    /// <exception cref="OverlayException">An assembly cannot be loaded, or two factories have one name.</exception>
    public static TransportCatalog LoadBuiltIn() =>
        new(Directory.EnumerateFiles(AppContext.BaseDirectory, BuiltInPattern).Order(StringComparer.Ordinal).Select(LoadBesideProgram).SelectMany(TransportFactories.Of));

    /// <summary>The transports that come with the gateway, and the plugins.</summary>
    /// <param name="plugins">Where plugins are. Those that may not be run are <see cref="Refused"/>, and the others work without them.</param>
    /// <exception cref="OverlayException">What comes with the gateway cannot be loaded.</exception>
    public static TransportCatalog Load(PluginOptions plugins)
    {
        ArgumentNullException.ThrowIfNull(plugins);
        TransportCatalog builtIn = LoadBuiltIn();
        (ImmutableArray<CatalogTransport> loaded, ImmutableArray<RefusedPlugin> refused) = PluginFolder.Load(plugins, builtIn);
        return new TransportCatalog(builtIn.Transports.AddRange(loaded.Select(t => KeyValuePair.Create(t.Plugin!.Name, t))), refused);
    }

    /// <summary>The transports that given assemblies name.</summary>
    /// <exception cref="OverlayException">A factory cannot be made, or two have one name.</exception>
    public static TransportCatalog Of(params IEnumerable<Assembly> assemblies) => new(assemblies.SelectMany(TransportFactories.Of));

    /// <summary>A catalog of given factories, for tests and for programs that host a gateway.</summary>
    /// <exception cref="OverlayException">Two factories have one name, or a name is malformed.</exception>
    public static TransportCatalog Of(params IEnumerable<ITransportFactory> factories) => new(factories);

    /// <summary>Finds a factory.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out ITransportFactory? factory)
    {
        factory = Transports.GetValueOrDefault(name)?.Factory;
        return factory is not null;
    }

    /// <summary>Says why a transport that somebody names is not there.</summary>
    internal MissingTransport WhyMissing(string name) => Refused.FirstOrDefault(r => r.Name == name) is { } refused
        ? new MissingTransport($"The plugin {refused.Folder} is not run.", refused.Why)
        : new MissingTransport($"There is no transport \"{ConfigurationNode.Quotable(name)}\".", Spelling.Advice(name, [.. Names]));

    private static Assembly LoadBesideProgram(string path)
    {
        try
        {
            // By name and not by path: the types must be the ones that the program itself refers to.
            return Assembly.Load(new AssemblyName(Path.GetFileNameWithoutExtension(path)));
        }
        catch (Exception e) when (e is IOException or BadImageFormatException)
        {
            throw new OverlayException($"The transport {path} cannot be loaded: {e.Message} Install the gateway again, or remove the file.", e);
        }
    }
}
