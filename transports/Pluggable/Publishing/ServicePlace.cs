using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Where one virtual port of a service is listened for, and as what it is known. A pluggable transport carries no ports: each has an address of its own, which differs in the real port alone.</summary>
/// <param name="Port">The virtual port.</param>
/// <param name="Listen">Where the server program listens.</param>
/// <param name="EndPoint">What visitors connect to.</param>
internal sealed record ServicePlace(int Port, IPEndPoint Listen, PluggableEndPoint EndPoint)
{
    /// <summary>All of a service's, in the order of its ports.</summary>
    /// <param name="definition">A service with an identity of this overlay.</param>
    /// <param name="options">Where services listen that do not say so themselves.</param>
    /// <exception cref="ArgumentException">The identity is another overlay's.</exception>
    public static ImmutableArray<ServicePlace> AllOf(ServiceDefinition definition, PluggableOptions options)
    {
        Obfs4Key key = Obfs4Identities.KeyOf(definition.Identity);
        var own = definition.Options as PluggableServiceOptions;
        IPEndPoint listen = own?.Listen as IPEndPoint ?? new IPEndPoint(options.ListenAddress, key.Port);
        IPEndPoint told = own?.Advertise as IPEndPoint ?? new IPEndPoint(ToldOf(listen, own, options), listen.Port);
        return [.. definition.Ports.Select((port, index) => Of(port, Next(listen, index), Next(told, index), key))];
    }

    /// <summary>Whether all real ports of a service are ports.</summary>
    public static bool Fits(ServiceDefinition definition, PluggableOptions options)
    {
        var own = definition.Options as PluggableServiceOptions;
        int first = Math.Max((own?.Listen as IPEndPoint)?.Port ?? 0, (own?.Advertise as IPEndPoint)?.Port ?? 0);
        return first + definition.Ports.Length - 1 <= IPEndPoint.MaxPort;
    }

    // An address that the service alone listens at is known by itself.
    private static IPAddress ToldOf(IPEndPoint listen, PluggableServiceOptions? own, PluggableOptions options) =>
        own?.Listen is null || options.Advertise is not null || PluggableOptions.IsWildcard(listen.Address) ? options.AdvertisedAddress : listen.Address;

    private static ServicePlace Of(int port, IPEndPoint listen, IPEndPoint told, Obfs4Key key)
    {
        var address = new Obfs4Address(told, key.Certificate, key.IatMode);
        return new ServicePlace(port, listen, new PluggableEndPoint(address.Host, port, address.ToTarget(), isConfigured: false));
    }

    private static IPEndPoint Next(IPEndPoint first, int index) => new(first.Address, Math.Min(first.Port + index, IPEndPoint.MaxPort));
}
