using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>A host name of I2P: a b32 or b33 address, a name of the address book, or a whole destination in base64, which becomes its b32.</summary>
/// <param name="Name">The canonical form: lower case, whole, without a final dot.</param>
/// <param name="Kind">Which of them it is.</param>
internal sealed record I2PHost(string Name, I2PHostKind Kind)
{
    /// <summary>The top-level name that I2P claims.</summary>
    public const string Suffix = ".i2p";

    /// <summary>What follows an address in base32.</summary>
    public const string Base32Suffix = ".b32.i2p";

    // I2P's naming rules. Longer ones are whole destinations.
    private const int MaxNameLength = 67;
    private const int MaxHostLength = 255;
    private const int MaxLabelLength = 63;
    private const string Base32Label = "b32";

    // The dots of IDNA (RFC 3490, section 3.1): a resolver could take them for a dot.
    private const string Dots = ".\u3002\uFF0E\uFF61";

    private static readonly int HashLabelLength = Base32.GetEncodedLength(SHA256.HashSizeInBytes);

    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    // The routers' own pages and proxies.
    private static readonly string[] Reserved = ["b32.i2p", "console.i2p", "proxy.i2p", "router.i2p"];

    /// <summary>Whether a name is I2P's, valid or not. Generous, so that no name that another program could take for one of I2P's is offered to other transports.</summary>
    public static bool IsClaimed(string host)
    {
        int end = host.IndexOf('\0', StringComparison.Ordinal);
        return EndsInI2P(host) || (end >= 0 && EndsInI2P(host.AsSpan(0, end))) || IsDestination(host, out _);
    }

    /// <summary>Reads a name: any case, perhaps with subdomains before an address in base32, which mean nothing on I2P, or a final dot. Total: any string gives an answer.</summary>
    /// <param name="text">The host name.</param>
    /// <param name="host">The host, where it is valid.</param>
    /// <param name="why">What is wrong, as the end of a sentence, where it is not.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out I2PHost? host, [NotNullWhen(false)] out string? why)
    {
        host = null;
        if (text.Length > MaxHostLength)
        {
            host = IsDestination(text, out I2PDestination? destination) ? new I2PHost(destination.Host, I2PHostKind.Hash) : null;
            why = host is null ? $"it is longer than {MaxHostLength} characters, and no destination" : null;
            return why is null;
        }

        why = FindName(text, out ReadOnlySpan<char> name);
        if (why is null)
        {
            // Only of the last labels, so that names of the address book may have as many as they like.
            ReadOnlySpan<char> before = name[..^Suffix.Length];
            int dot = before.LastIndexOf('.');
            why = before[(dot + 1)..].Equals(Base32Label, StringComparison.OrdinalIgnoreCase)
                ? ReadBase32(dot < 0 ? default : before[..dot], out host)
                : ReadName(name, out host);
        }

        return why is null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static bool EndsInI2P(ReadOnlySpan<char> name)
    {
        int last = name.Length - 1;
        while (last >= 0 && (char.IsWhiteSpace(name[last]) || char.IsControl(name[last]) || Dots.Contains(name[last])))
        {
            last--;
        }

        name = name[..(last + 1)];
        ReadOnlySpan<char> i2p = Suffix.AsSpan(1);
        return name.EndsWith(i2p, StringComparison.OrdinalIgnoreCase)
            && (name.Length == i2p.Length || Dots.Contains(name[name.Length - i2p.Length - 1]));
    }

    private static bool IsDestination(ReadOnlySpan<char> text, [NotNullWhen(true)] out I2PDestination? destination)
    {
        destination = null;
        text = text.EndsWith('.') ? text[..^1] : text;
        text = text.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) ? text[..^Suffix.Length] : text;
        return text.Length is >= I2PDestination.MinTextLength and <= I2PDestination.MaxTextLength && I2PDestination.TryParse(text, out destination, out _);
    }

    private static string? FindName(string text, out ReadOnlySpan<char> name)
    {
        name = default;
        int odd = text.AsSpan().IndexOfAnyExcept(HostCharacters);
        if (odd >= 0)
        {
            return $"it has the character U+{(int)text[odd]:X4}, which no name on I2P has";
        }

        name = text.EndsWith('.') ? text.AsSpan(0, text.Length - 1) : text;
        if (name.Length <= Suffix.Length || !name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase))
        {
            return "it has nothing before .i2p";
        }

        foreach (Range part in name.Split('.'))
        {
            ReadOnlySpan<char> label = name[part];
            if (label.IsEmpty)
            {
                return "it has an empty label";
            }

            if (label.Length > MaxLabelLength)
            {
                return $"it has a label longer than {MaxLabelLength} characters";
            }
        }

        return null;
    }

    private static string? ReadBase32(ReadOnlySpan<char> before, out I2PHost? host)
    {
        host = null;
        ReadOnlySpan<char> label = before[(before.LastIndexOf('.') + 1)..];
        if (label.Length == BlindedAddress.LabelLength)
        {
            host = BlindedAddress.TryParse(label, out BlindedAddress? blinded, out string? why) ? new I2PHost(blinded.Host, I2PHostKind.Blinded) : null;
            return why;
        }

        if (label.Length != HashLabelLength)
        {
            return $"it has {label.Length} characters before {Base32Suffix} instead of {HashLabelLength}, or {BlindedAddress.LabelLength} for an encrypted lease set";
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (!Base32.TryDecode(label, hash))
        {
            return label.ContainsAnyExcept(HostCharacters) || !AllBase32(label)
                ? "it has a character other than a-z and 2-7"
                : "its last letter is none that an address ends with; it is mistyped";
        }

        host = new I2PHost(Base32.Encode(hash) + Base32Suffix, I2PHostKind.Hash);
        return null;
    }

    private static bool AllBase32(ReadOnlySpan<char> label)
    {
        foreach (char c in label)
        {
            if (!Base32.IsCharacter(c))
            {
                return false;
            }
        }

        return true;
    }

    // I2P's "Naming and Address Book", section Addressing.
    private static string? ReadName(ReadOnlySpan<char> text, out I2PHost? host)
    {
        host = null;
        string name = text.ToString().ToLowerInvariant();
        if (name.Length > MaxNameLength)
        {
            return $"it is longer than {MaxNameLength} characters";
        }

        if (name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            return "it has a character other than a-z, 0-9, dots and hyphens";
        }

        if (name.StartsWith('-') || name.Contains(".-", StringComparison.Ordinal) || name.Contains("-.", StringComparison.Ordinal))
        {
            return "it has a label that begins or ends with a hyphen";
        }

        if (Array.IndexOf(Reserved, name) >= 0)
        {
            return "the name is one of the routers' own, which leads nowhere";
        }

        host = new I2PHost(name, I2PHostKind.Name);
        return null;
    }
}
