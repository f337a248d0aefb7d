using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Host names of ZeroNet: <c>1Abc….zeronet</c>, the address alone, and a second form for programs that write names in lower case, as those of the web do. In an address upper and
/// lower case differ, so that there is no way back from such a name; the second form is base 32 of the same bytes with their checksum, 40 characters before <c>.zeronet</c>.
/// </summary>
internal static class ZeroNetHost
{
    /// <summary>The top-level name that is claimed.</summary>
    public const string Suffix = ".zeronet";

    // Version, hash and checksum of an address are 25 bytes, and those just 40 characters.
    private const int PayloadSize = 21;
    private const int WholeSize = PayloadSize + Base58Check.ChecksumSize;
    private const int MostLength = 255;
    private const int ShortestAddress = 26;
    private const int LongestAddress = 35;

    // The dots of IDNA (RFC 3490, section 3.1): a resolver could take them for a dot.
    private const string Dots = ".\u3002\uFF0E\uFF61";

    private static readonly int CaselessLength = Base32.GetEncodedLength(WholeSize);

    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");

    /// <summary>The canonical name of a site.</summary>
    public static string NameOf(ZeroNetAddress site) => site.Text + Suffix;

    /// <summary>The name of a site that means the same in lower and upper case.</summary>
    public static string CaselessNameOf(ZeroNetAddress site)
    {
        _ = Base58Check.TryDecode(site.Text, out byte[]? payload, out _);
        Span<byte> whole = stackalloc byte[WholeSize];
        payload!.CopyTo(whole);
        Base58Check.Checksum(payload, whole[PayloadSize..]);
        return Base32.Encode(whole) + Suffix;
    }

    /// <summary>Whether a name is ZeroNet's, valid or not. Generous, so that no name that another program could take for one of ZeroNet's is offered to other transports.</summary>
    public static bool IsClaimed(string host)
    {
        int end = host.IndexOf('\0', StringComparison.Ordinal);
        return EndsInSuffix(host) || (end >= 0 && EndsInSuffix(host.AsSpan(0, end))) || LooksLikeAddress(host.EndsWith('.') ? host.AsSpan(0, host.Length - 1) : host);
    }

    /// <summary>Reads a name: either form, perhaps with subdomains, which mean nothing on ZeroNet, or a final dot. Total: any string gives an answer.</summary>
    /// <param name="text">The host name.</param>
    /// <param name="site">The site's address, where the name is valid.</param>
    /// <param name="why">What is wrong, as the end of a sentence, where it is not.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ZeroNetAddress? site, [NotNullWhen(false)] out string? why)
    {
        site = null;
        if (text.Length > MostLength)
        {
            why = $"it is longer than {MostLength} characters";
            return false;
        }

        if (text.AsSpan().IndexOfAnyExcept(HostCharacters) is >= 0 and int odd)
        {
            why = $"it has the character U+{(int)text[odd]:X4}, which no name on ZeroNet has";
            return false;
        }

        ReadOnlySpan<char> name = text.EndsWith('.') ? text.AsSpan(0, text.Length - 1) : text;
        if (name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase))
        {
            name = name[..^Suffix.Length];
            if (name.StartsWith('.') || name.EndsWith('.') || name.Contains("..", StringComparison.Ordinal))
            {
                why = "it has an empty label";
                return false;
            }

            name = name[(name.LastIndexOf('.') + 1)..];
        }

        if (name.Length == CaselessLength)
        {
            site = ReadCaseless(name);
            why = site is null ? "its checksum does not match; a letter is mistyped" : null;
            return site is not null;
        }

        if (ZeroNetAddress.TryParse(name, out site, out why))
        {
            return true;
        }

        if (LooksLikeAddress(name) && !name.ContainsAnyInRange('A', 'Z'))
        {
            why = "it has no capitals, which ZeroNet's addresses have: a program has written it in lower case. Give it the site's other name, of 40 characters, which 'klyntar-overlay keys show' prints";
        }

        return false;
    }

    private static ZeroNetAddress? ReadCaseless(ReadOnlySpan<char> label)
    {
        Span<byte> whole = stackalloc byte[WholeSize];
        Span<byte> checksum = stackalloc byte[Base58Check.ChecksumSize];
        if (!Base32.TryDecode(label, whole))
        {
            return null;
        }

        Base58Check.Checksum(whole[..PayloadSize], checksum);
        return checksum.SequenceEqual(whole[PayloadSize..]) && ZeroNetAddress.TryParse(Base58Check.EncodeToString(whole[..PayloadSize]), out ZeroNetAddress? site, out _) ? site : null;
    }

    private static bool EndsInSuffix(ReadOnlySpan<char> name)
    {
        int last = name.Length - 1;
        while (last >= 0 && (char.IsWhiteSpace(name[last]) || char.IsControl(name[last]) || Dots.Contains(name[last])))
        {
            last--;
        }

        name = name[..(last + 1)];
        ReadOnlySpan<char> zeronet = Suffix.AsSpan(1);
        return name.EndsWith(zeronet, StringComparison.OrdinalIgnoreCase)
            && (name.Length == zeronet.Length || Dots.Contains(name[name.Length - zeronet.Length - 1]));
    }

    private static bool LooksLikeAddress(ReadOnlySpan<char> name) =>
        name.Length is >= ShortestAddress and <= LongestAddress && name[0] == '1' && !name.ContainsAnyExcept(AddressCharacters);
}
