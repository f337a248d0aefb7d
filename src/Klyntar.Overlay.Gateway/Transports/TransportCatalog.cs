using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay.Gateway;

/// <summary>The transports that this gateway can run: the factories that assemblies name with <see cref="OverlayTransportAttribute"/>.</summary>
public sealed class TransportCatalog
{
    private TransportCatalog()
    {
    }

    /// <summary>The factories, by name, in ordinal order.</summary>
    public ImmutableSortedDictionary<string, ITransportFactory> Factories => throw new NotImplementedException();

    /// <summary>The transports that come with the gateway: <c>Klyntar.Overlay.Transports.*.dll</c> beside the program.</summary>
    /// <exception cref="OverlayException">An assembly cannot be loaded, or two factories have one name.</exception>
    public static TransportCatalog LoadBuiltIn() => throw new NotImplementedException();

    /// <summary>A catalog of given factories, for tests and for programs that host a gateway.</summary>
    /// <exception cref="OverlayException">Two factories have one name, or a name is malformed.</exception>
    public static TransportCatalog Of(params IEnumerable<ITransportFactory> factories) => throw new NotImplementedException();

    /// <summary>Finds a factory.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out ITransportFactory? factory) => throw new NotImplementedException();
}
