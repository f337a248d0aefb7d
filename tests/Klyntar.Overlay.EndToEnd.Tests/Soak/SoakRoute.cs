namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>A way that traffic takes.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Port">The virtual port.</param>
/// <param name="Onion">The service's address, as it was first.</param>
/// <param name="At">The gateway that publishes it.</param>
/// <param name="Through">The gateway whose SOCKS door traffic enters.</param>
/// <param name="Node">What answers there.</param>
internal sealed record SoakRoute(string Service, int Port, string Onion, TestGateway At, TestGateway Through, KeyedEcho Node)
{
    public string Name => $"{Service}:{Port}";
}
