namespace Klyntar.Overlay.Transports.I2P;

/// <summary>What bridges have from which version on, and what is done without it.</summary>
internal static class SamVersions
{
    /// <summary>From here on: PING, user names and ports (SAM 3.2). No i2pd has it.</summary>
    public static Version Extended { get; } = new(3, 2);

    /// <summary>What a bridge lacks, and what that means, as a sentence; null where it has all.</summary>
    /// <param name="version">What it speaks.</param>
    /// <param name="hasCredentials">Whether it is told a user name.</param>
    public static string? Lacks(Version version, bool hasCredentials)
    {
        if (version >= Extended)
        {
            return null;
        }

        string user = hasCredentials ? " It takes no notice of transports.i2p.user either: whoever reaches its bridge can use it." : "";
        return $"The router speaks SAM {version}, which carries no ports and knows no PING: each port of a service has a destination of its own, and whether the router lives is asked by a name.{user}";
    }
}
