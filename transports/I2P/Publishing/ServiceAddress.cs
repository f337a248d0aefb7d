using System.Collections.Immutable;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>One address of a service, and its ports: most routers carry none, so that each port has an address of its own.</summary>
/// <param name="Key">The key that makes it.</param>
/// <param name="Host">The address, a b33 where the lease set is encrypted.</param>
/// <param name="Ports">The virtual ports that are reached there.</param>
internal sealed record ServiceAddress(I2PPrivateKey Key, I2PHost Host, ImmutableArray<int> Ports)
{
    /// <summary>The addresses of a service, in the order of its ports.</summary>
    /// <param name="definition">The service.</param>
    /// <param name="oneDestination">Whether one address has all ports.</param>
    /// <exception cref="ArgumentException">The identity is none of I2P.</exception>
    public static ServiceAddress[] AllOf(ServiceDefinition definition, bool oneDestination)
    {
        // The identity's own key serves the first port, so that its address is the service's.
        I2PPrivateKey own = I2PIdentityFormat.KeyOf(definition.Identity);
        bool isEncrypted = definition.Options is I2PServiceOptions { Encrypted: true };
        return oneDestination
            ? [Of(own, definition.Ports)]
            : [.. definition.Ports.Select((port, index) => Of(index == 0 ? own : own.Derive(port), [port]))];

        ServiceAddress Of(I2PPrivateKey key, ImmutableArray<int> ports) => new(
            key,
            isEncrypted
                ? new I2PHost(new BlindedAddress(key.Destination.SigningKey.ToArray(), I2PDestination.Ed25519, NeedsSecret: false, NeedsClientKey: false).Host, I2PHostKind.Blinded)
                : new I2PHost(key.Destination.Host, I2PHostKind.Hash),
            ports);
    }

    /// <summary>Where visitors connect to, one end point for each port.</summary>
    public static ImmutableArray<OverlayEndPoint> EndPoints(IEnumerable<ServiceAddress> addresses) =>
        [.. addresses.SelectMany(static address => address.Ports.Select(port => new I2PEndPoint(address.Host, port)))];
}
