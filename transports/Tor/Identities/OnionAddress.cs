using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Klyntar.Overlay.Keys;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The address of an onion service: its public key, a checksum and a version in base32 (rend-spec-v3, section 6, [ONIONADDRESS]).</summary>
internal sealed class OnionAddress
{
    /// <summary>The top-level name that Tor claims (RFC 7686).</summary>
    public const string Suffix = ".onion";

    /// <summary>The length of the label before the suffix, in characters.</summary>
    public const int LabelLength = 56;

    private const byte Version = 3;
    private const int ChecksumSize = 2;
    private const int Size = Ed25519ExpandedKey.PublicKeySize + ChecksumSize + 1;
    private const int Version2LabelLength = 16;

    // RFC 1035, section 2.3.4.
    private const int MaxHostLength = 255;
    private const int MaxLabelLength = 63;

    // The dots of IDNA (RFC 3490, section 3.1): a resolver could take them for a dot.
    private const string Dots = ".\u3002\uFF0E\uFF61";

    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private OnionAddress(string host) => Host = host;

    /// <summary>The host name in canonical form: lower case, with the suffix, without subdomain or final dot.</summary>
    public string Host { get; }

    /// <summary>The label without the suffix, as the control port names services.</summary>
    public string ServiceId => Host[..LabelLength];

    /// <summary>The address that a public key makes.</summary>
    /// <param name="publicKey">The 32 bytes of an Ed25519 public key.</param>
    public static OnionAddress FromPublicKey(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != Ed25519ExpandedKey.PublicKeySize)
        {
            throw new ArgumentException($"A public key has {Ed25519ExpandedKey.PublicKeySize} bytes.", nameof(publicKey));
        }

        Span<byte> bytes = stackalloc byte[Size];
        publicKey.CopyTo(bytes);
        WriteChecksum(publicKey, Version, bytes[publicKey.Length..]);
        bytes[^1] = Version;
        return new OnionAddress(Base32.Encode(bytes) + Suffix);
    }

    /// <summary>Whether a name is Tor's, valid or not. Generous, so that no name that another program could take for an onion address is offered to other transports.</summary>
    public static bool IsClaimed(string host)
    {
        int end = host.IndexOf('\0', StringComparison.Ordinal);
        return EndsInOnion(host) || (end >= 0 && EndsInOnion(host.AsSpan(0, end)));
    }

    /// <summary>Reads an address: any case, perhaps with subdomains, which Tor ignores, or a final dot. Total: any string gives an answer.</summary>
    /// <param name="host">The host name.</param>
    /// <param name="address">The address, where it is valid.</param>
    /// <param name="why">What is wrong, as the end of a sentence, where it is not.</param>
    public static bool TryParse(string host, [NotNullWhen(true)] out OnionAddress? address, [NotNullWhen(false)] out string? why)
    {
        address = null;
        why = FindLabel(host, out ReadOnlySpan<char> label) ?? CheckLabel(label);
        if (why is not null)
        {
            return false;
        }

        address = new OnionAddress(string.Concat(label, Suffix).ToLowerInvariant());
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Host;

    private static bool EndsInOnion(ReadOnlySpan<char> name)
    {
        int last = name.Length - 1;
        while (last >= 0 && (char.IsWhiteSpace(name[last]) || char.IsControl(name[last]) || Dots.Contains(name[last])))
        {
            last--;
        }

        name = name[..(last + 1)];
        ReadOnlySpan<char> onion = Suffix.AsSpan(1);
        return name.EndsWith(onion, StringComparison.OrdinalIgnoreCase)
            && (name.Length == onion.Length || Dots.Contains(name[name.Length - onion.Length - 1]));
    }

    private static string? FindLabel(string host, out ReadOnlySpan<char> label)
    {
        label = default;
        if (host.Length > MaxHostLength)
        {
            return $"it is longer than {MaxHostLength} characters";
        }

        int odd = host.AsSpan().IndexOfAnyExcept(HostCharacters);
        if (odd >= 0)
        {
            return $"it has the character U+{(int)host[odd]:X4}, which no onion address has";
        }

        ReadOnlySpan<char> name = host.EndsWith('.') ? host.AsSpan(0, host.Length - 1) : host;
        if (!name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase))
        {
            return "it has nothing before .onion";
        }

        name = name[..^Suffix.Length];
        foreach (Range part in name.Split('.'))
        {
            label = name[part];
            if (label.IsEmpty)
            {
                return name.IsEmpty ? "it has nothing before .onion" : "it has an empty label";
            }

            if (label.Length > MaxLabelLength)
            {
                return $"it has a label longer than {MaxLabelLength} characters";
            }
        }

        return null;
    }

    private static string? CheckLabel(ReadOnlySpan<char> label)
    {
        if (label.Length != LabelLength)
        {
            return label.Length == Version2LabelLength
                ? "it is a version 2 address, which the Tor network no longer serves; ask for the version 3 address"
                : $"it has {label.Length} characters before .onion instead of {LabelLength}";
        }

        Span<byte> bytes = stackalloc byte[Size];
        if (!Base32.TryDecode(label, bytes))
        {
            return "it has a character other than a-z and 2-7";
        }

        ReadOnlySpan<byte> publicKey = bytes[..Ed25519ExpandedKey.PublicKeySize];
        byte version = bytes[^1];
        if (version != Version)
        {
            return $"it says version {version} and only version {Version} is known; perhaps its last letters are mistyped";
        }

        Span<byte> checksum = stackalloc byte[ChecksumSize];
        WriteChecksum(publicKey, version, checksum);
        if (!checksum.SequenceEqual(bytes[publicKey.Length..^1]))
        {
            return "its checksum does not match; a letter is mistyped";
        }

        // No point of the curve, or one of small order. Four times cheaper than the full check, which also finds a torsion
        // component; tor makes that one at each dial (hs_address_is_valid).
        return Ed25519.ValidatePublicKeyPartial(publicKey) ? null : "its public key is not a valid point of the curve";
    }

    private static void WriteChecksum(ReadOnlySpan<byte> publicKey, byte version, Span<byte> checksum)
    {
        Sha3Digest sha3 = new(256);
        sha3.BlockUpdate(".onion checksum"u8);
        sha3.BlockUpdate(publicKey);
        sha3.Update(version);
        Span<byte> digest = stackalloc byte[32];
        sha3.DoFinal(digest);
        digest[..ChecksumSize].CopyTo(checksum);
    }
}
