namespace Klyntar.Overlay.Socks;

/// <summary>What a SOCKS door asks of its clients. One instance serves all of a door's connections.</summary>
public sealed class SocksServerOptions
{
    /// <summary>No demands: any credentials are taken, and only isolate.</summary>
    public static SocksServerOptions Default { get; } = new();

    /// <summary>The credentials of which a client must give one pair, or null where none are needed. SOCKS4 has no password, and is refused where they are.</summary>
    public SocksCredentials? RequiredCredentials { get; init; }
}
