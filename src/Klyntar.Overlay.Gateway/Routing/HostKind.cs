using System.Buffers;
using System.Net;

namespace Klyntar.Overlay.Gateway;

/// <summary>What a host name is, before any transport is asked.</summary>
internal enum HostKind
{
    /// <summary>A name that an overlay may claim.</summary>
    Name,

    /// <summary>An IP address, in whatever spelling, or the name of this machine.</summary>
    Address,

    /// <summary>Empty, too long, or with characters that no name has.</summary>
    Malformed,
}

/// <summary>Tells names from addresses in disguise.</summary>
internal static class HostKinds
{
    private const int MaxLength = 255;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>Classifies a host as a client wrote it.</summary>
    public static HostKind Of(string host)
    {
        if (host.Length is 0 or > MaxLength)
        {
            return HostKind.Malformed;
        }

        // Colons and percent signs occur in IPv6 addresses alone.
        if (IPAddress.TryParse(host, out _))
        {
            return HostKind.Address;
        }

        if (host.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            return HostKind.Malformed;
        }

        ReadOnlySpan<char> name = host.AsSpan().TrimEnd('.');
        ReadOnlySpan<char> last = name[(name.LastIndexOf('.') + 1)..];
        return last.IsEmpty ? HostKind.Malformed : IsNumber(last) || IsLocalHost(name) ? HostKind.Address : HostKind.Name;
    }

    // By the URL standard a host whose last label is a number is an IPv4 address, valid or not: "127.1", "0x7f.1", "256.0.0.1".
    private static bool IsNumber(ReadOnlySpan<char> label) =>
        !label.ContainsAnyExceptInRange('0', '9')
        || (label.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && !label[2..].ContainsAnyExcept(Hexadecimal));

    // RFC 6761, section 6.3: "localhost" and the names below it.
    private static bool IsLocalHost(ReadOnlySpan<char> name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdefABCDEF");
}
