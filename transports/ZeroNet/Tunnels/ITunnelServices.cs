using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The services that visitors can have tunnels to.</summary>
internal interface ITunnelServices
{
    /// <summary>Finds a service.</summary>
    /// <param name="site">Its address, as the visitor wrote it.</param>
    /// <param name="service">The service.</param>
    bool TryFind(string site, [NotNullWhen(true)] out ITunnelService? service);
}
