using System.Collections.Frozen;

namespace Klyntar.Overlay.Transports.Socks;

/// <summary>The ends of names that an upstream may claim.</summary>
internal static class HostSuffix
{
    // With its dots; a name has 253 characters at most, and something must stand before it.
    private const int Longest = 100;

    // Names of overlays that have transports of their own: a proxy would learn whom its user visits there.
    private static readonly FrozenSet<string> OfTransports = FrozenSet.ToFrozenSet(["onion", "i2p", "zeronet", "loopback"]);

    // Names that are no host's on the ordinary network (RFC 7686, RFC 9476, RFC 6761, and by custom): they go nowhere unless a suffix claims them.
    private static readonly FrozenSet<string> Special = FrozenSet.ToFrozenSet(
        ["onion", "i2p", "zeronet", "loopback", "bit", "loki", "snode", "alt", "exit", "localhost", "local", "invalid"]);

    /// <summary>What is wrong with a suffix, as a sentence; null where nothing is.</summary>
    public static string? Problem(string suffix)
    {
        if (suffix.Length is < 2 or > Longest || suffix[0] != '.' || HostName.Problem(suffix.AsSpan(1)) is not null)
        {
            return $"A suffix is a dot and the end of a host name, at most {Longest} characters, such as \".loki\". Correct it.";
        }

        if (suffix.Any(char.IsAsciiLetterUpper))
        {
            return "Suffixes are written in lower case. Correct it.";
        }

        string last = suffix[(suffix.LastIndexOf('.') + 1)..];
        return OfTransports.Contains(last) ? $"Names that end in .{last} have a transport of their own. Remove the suffix."
            : HostName.IsNumber(last) ? "Names do not end in a number. Correct the suffix."
            : null;
    }

    /// <summary>Whether a name is none of the ordinary network's.</summary>
    /// <param name="host">A host name in lower case.</param>
    public static bool IsSpecial(string host) => Special.Contains(host[(host.LastIndexOf('.') + 1)..]);
}
