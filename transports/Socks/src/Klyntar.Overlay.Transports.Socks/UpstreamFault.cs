using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.Socks;

/// <summary>Why a server cannot be used.</summary>
/// <param name="Why">The cause and the next step, as the rest of a sentence whose subject is the server.</param>
/// <param name="IsThere">Whether it can be connected to all the same, so that connecting mends nothing.</param>
internal sealed record UpstreamFault(string Why, bool IsThere)
{
    /// <summary>Nobody listens, or nothing leads there.</summary>
    public static UpstreamFault NotThere(SocketException error) => new($"cannot be connected to ({error.SocketErrorCode}). Start it, or correct \"server\".", IsThere: false);

    /// <summary>It answers, and not as it should.</summary>
    /// <param name="what">What it does, as the rest of a sentence.</param>
    public static UpstreamFault Refusing(string what) => new($"{what}. Correct its section in the configuration.", IsThere: true);
}
