using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.Socks;

/// <summary>Reads host names and addresses as clients write them. Total, and linear in their length.</summary>
internal static class HostName
{
    // RFC 1035, section 2.3.4, without the root's final dot.
    private const int Longest = 253;
    private const int LongestLabel = 63;

    private static readonly SearchValues<char> Characters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>A name without the final dot and in lower case; null where it has none of a name's characters alone.</summary>
    public static string? Normalize(string host)
    {
        ReadOnlySpan<char> name = host.AsSpan();
        if (name is [.. var rest, '.'])
        {
            name = rest;
        }

        return name.IsEmpty || name.ContainsAnyExcept(Characters) ? null : name.ToString().ToLowerInvariant();
    }

    /// <summary>What is wrong with a name, as the end of a sentence; null where nothing is.</summary>
    public static string? Problem(ReadOnlySpan<char> name)
    {
        if (name.Length > Longest)
        {
            return $"it is longer than {Longest} characters";
        }

        if (name.ContainsAnyExcept(Characters))
        {
            return "a host name has letters, digits, hyphens and underscores between its dots";
        }

        foreach (Range label in name.Split('.'))
        {
            if (name[label].Length is 0 or > LongestLabel)
            {
                return $"there are 1 to {LongestLabel} characters between the dots of a host name";
            }
        }

        return null;
    }

    /// <summary>Whether the last label makes a name an address in disguise, such as "127.1" (URL standard, ends-in-a-number checker).</summary>
    public static bool IsNumber(ReadOnlySpan<char> label) => label.StartsWith("0x") || !label.ContainsAnyExceptInRange('0', '9');

    /// <summary>Reads an address in its usual form: four numbers, or an IPv6 address with or without brackets, and without a scope.</summary>
    public static bool TryReadAddress(string host, [NotNullWhen(true)] out string? canonical)
    {
        canonical = null;
        bool isBracketed = host is ['[', .., ']'];
        if (host.Length > Longest
            || host.Contains('%', StringComparison.Ordinal)
            || !IPAddress.TryParse(isBracketed ? host.AsSpan(1, host.Length - 2) : host, out IPAddress? address))
        {
            return false;
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            canonical = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        }
        else if (!isBracketed && address.ToString() == host)
        {
            canonical = host;
        }

        return canonical is not null;
    }
}
