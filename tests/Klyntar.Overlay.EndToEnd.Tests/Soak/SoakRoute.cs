using System.Net.Sockets;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>A way that traffic takes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Service">The service's name.</param>
/// <param name="Port">The virtual port.</param>
/// <param name="Onion">The service's address, as it was first.</param>
/// <param name="At">The gateway that publishes it.</param>
/// <param name="Dial">Dials a host and port for a user, once.</param>
/// <param name="Node">What answers there.</param>
internal sealed record SoakRoute(
    string Name,
    string Service,
    int Port,
    string Onion,
    TestGateway At,
    Func<string, int, string?, CancellationToken, Task<(Socket? Socket, byte Reply)>> Dial,
    KeyedEcho Node)
{
    /// <summary>Dials for a user, once.</summary>
    public Task<(Socket? Socket, byte Reply)> DialAsync(string? user, CancellationToken cancellationToken) => Dial(Onion, Port, user, cancellationToken);
}
