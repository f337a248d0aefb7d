using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Klyntar.Overlay.Gateway;

/// <summary>The transports that this gateway can run: the factories that assemblies name with <see cref="OverlayTransportAttribute"/>.</summary>
public sealed class TransportCatalog
{
    private const string BuiltInPattern = "Klyntar.Overlay.Transports.*.dll";

    private const int MaxNameLength = 32;

    // Names in the data folder, where each transport has a folder of its own name.
    private static readonly string[] Reserved = ["keys", "lock", "pid"];

    private TransportCatalog(IEnumerable<ITransportFactory> factories)
    {
        ImmutableSortedDictionary<string, ITransportFactory>.Builder byName = ImmutableSortedDictionary.CreateBuilder<string, ITransportFactory>(StringComparer.Ordinal);
        foreach (ITransportFactory factory in factories)
        {
            string name = factory.Name;
            if (string.IsNullOrEmpty(name) || name.Length > MaxNameLength || !char.IsAsciiLetterLower(name[0]) || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
            {
                throw new OverlayException($"The transport of {factory.GetType()} is named \"{ConfigurationNode.Quotable(name ?? "")}\", but a name is lower case letters and digits, at most {MaxNameLength}. Its author must rename it.");
            }

            if (Reserved.Contains(name))
            {
                throw new OverlayException($"The transport of {factory.GetType()} is named \"{name}\", which the data folder uses for something else. Its author must rename it.");
            }

            if (!byName.TryAdd(name, factory))
            {
                throw new OverlayException($"Two transports are named \"{name}\": {byName[name].GetType().Assembly.Location} and {factory.GetType().Assembly.Location}. Remove one of them.");
            }
        }

        Factories = byName.ToImmutable();
    }

    /// <summary>The factories, by name, in ordinal order.</summary>
    public ImmutableSortedDictionary<string, ITransportFactory> Factories { get; }

    /// <summary>The transports that come with the gateway: <c>Klyntar.Overlay.Transports.*.dll</c> beside the program.</summary>
    /// <exception cref="OverlayException">An assembly cannot be loaded, or two factories have one name.</exception>
    public static TransportCatalog LoadBuiltIn() =>
        new(Directory.EnumerateFiles(AppContext.BaseDirectory, BuiltInPattern).Order(StringComparer.Ordinal).Select(LoadBesideProgram).SelectMany(FactoriesOf));

    /// <summary>The transports that given assemblies name.</summary>
    /// <exception cref="OverlayException">A factory cannot be made, or two have one name.</exception>
    public static TransportCatalog Of(params IEnumerable<Assembly> assemblies) => new(assemblies.SelectMany(FactoriesOf));

    /// <summary>A catalog of given factories, for tests and for programs that host a gateway.</summary>
    /// <exception cref="OverlayException">Two factories have one name, or a name is malformed.</exception>
    public static TransportCatalog Of(params IEnumerable<ITransportFactory> factories) => new(factories);

    /// <summary>Finds a factory.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out ITransportFactory? factory) => Factories.TryGetValue(name, out factory);

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

    private static IEnumerable<ITransportFactory> FactoriesOf(Assembly assembly)
    {
        foreach (OverlayTransportAttribute named in assembly.GetCustomAttributes<OverlayTransportAttribute>())
        {
            ITransportFactory? factory;
            try
            {
                factory = Activator.CreateInstance(named.Factory) as ITransportFactory;
            }
            catch (Exception e) when (e is MemberAccessException or TargetInvocationException or TypeLoadException or NotSupportedException)
            {
                throw Unusable(named, assembly, (e as TargetInvocationException)?.InnerException?.Message ?? e.Message, e);
            }

            yield return factory ?? throw Unusable(named, assembly, $"it does not implement {nameof(ITransportFactory)}.", null);
        }
    }

    private static OverlayException Unusable(OverlayTransportAttribute named, Assembly assembly, string why, Exception? inner) =>
        new($"The transport factory {named.Factory} of {assembly.GetName().Name} cannot be made: {why} Its author must give it a public constructor without parameters.", inner);
}
