namespace Klyntar.Overlay.Identities;

/// <summary>What an <see cref="IIdentityFormat"/> is as well where addresses carry no ports: the first port of a service is served by the service's identity, and each further one by an identity made from it.</summary>
public interface IPortIdentities
{
    /// <summary>The identity that serves a further virtual port: always the same for the same identity and port.</summary>
    /// <param name="identity">The service's identity.</param>
    /// <param name="port">The virtual port, 1 to 65535.</param>
    /// <exception cref="ArgumentException">The identity is another overlay's.</exception>
    Identity OfPort(Identity identity, int port);
}
