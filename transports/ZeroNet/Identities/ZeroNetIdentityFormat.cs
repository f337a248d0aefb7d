using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Identities on ZeroNet, the private keys of sites: <c>wif</c>, the text that ZeroNet asks for when a site is signed and keeps as "privatekey" in users.json, and
/// <c>seed</c>, ZeroNet's master seed with the index of the site (<see cref="ZeroNetSeed"/>).
/// <para>
/// A key tells no seed, so that one made here or read as <c>wif</c> is kept and written as that alone. A seed makes the keys of all sites of its owner: it is kept where it was
/// imported, and whoever wants the gateway to have no more than one site's key exports that as <c>wif</c> and imports it in its place.
/// </para>
/// </summary>
internal sealed class ZeroNetIdentityFormat : IIdentityFormat
{
    /// <summary>The wallet import format, in which new keys are kept.</summary>
    public const string WifFormat = "wif";

    /// <summary>A master seed and an index, in which keys are kept that were imported so.</summary>
    public const string SeedFormat = "seed";

    // Far beyond any key or seed, and small enough to say so instead of reading on.
    private const int MaxSize = 1024;

    private const string Usage = "A key on ZeroNet is the private key of a site, which begins with 5, K or L, or a seed as SEED:INDEX.";

    /// <summary>The one instance; it has no state.</summary>
    public static ZeroNetIdentityFormat Instance { get; } = new();

    /// <inheritdoc/>
    public ImmutableArray<string> Formats { get; } = [WifFormat, SeedFormat];

    private static ReadOnlySpan<byte> WhiteSpace => " \t\r\n"u8;

    /// <inheritdoc/>
    public ImmutableArray<string> FormatsOf(Identity identity)
    {
        _ = KeyOf(identity);
        return ZeroNetSeed.IsClaimed(identity.Secret) ? [SeedFormat, WifFormat] : [WifFormat];
    }

    /// <inheritdoc/>
    public Identity Create() => ToIdentity(ZeroNetPrivateKey.Create());

    /// <inheritdoc/>
    public IdentityImport Import(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> text = data.Trim(WhiteSpace);
        if (text.IsEmpty)
        {
            return IdentityImport.Invalid("The file is empty.");
        }

        if (text[0] == '{')
        {
            return IdentityImport.Invalid("This is JSON, such as ZeroNet's users.json, which has the keys of many sites. Import the text of one site's \"privatekey\" alone.");
        }

        if (text.Length > MaxSize)
        {
            return IdentityImport.Invalid($"The file has {text.Length} bytes, and no key on ZeroNet is longer than {MaxSize}. {Usage}");
        }

        ZeroNetPrivateKey? key;
        string? why;
        if (ZeroNetSeed.IsClaimed(text))
        {
            return ZeroNetSeed.TryRead(text, out key, out why) ? IdentityImport.Valid(ToIdentity(key, ZeroNetSeed.ToCanonical(text))) : IdentityImport.Invalid(why);
        }

        return ZeroNetPrivateKey.TryReadWif(text, out key, out why)
            ? IdentityImport.Valid(ToIdentity(key))
            : IdentityImport.Invalid(IsAddress(text) ? $"This is an address and not a key. {Usage}" : $"This is no key on ZeroNet: {why}. {Usage}");
    }

    /// <inheritdoc/>
    public byte[] Export(Identity identity, string format)
    {
        ZeroNetPrivateKey key = KeyOf(identity);
        return format switch
        {
            WifFormat => key.ToWif(),
            SeedFormat when ZeroNetSeed.IsClaimed(identity.Secret) => identity.Secret.ToArray(),
            SeedFormat => throw new ArgumentException($"The key was not made of a seed. Use {WifFormat}.", nameof(format)),
            _ => throw new ArgumentException($"There is no format \"{format}\" for keys on ZeroNet. Use {WifFormat}.", nameof(format)),
        };
    }

    /// <summary>The key of an identity.</summary>
    /// <exception cref="ArgumentException">It is another overlay's, or damaged.</exception>
    public static ZeroNetPrivateKey KeyOf(Identity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ReadOnlySpan<byte> secret = identity.Secret;
        ZeroNetPrivateKey? key = null;
        bool isRead = identity.Overlay == ZeroNetAddress.OverlayName
            && (ZeroNetSeed.IsClaimed(secret) ? ZeroNetSeed.TryRead(secret, out key, out _) : ZeroNetPrivateKey.TryReadWif(secret, out key, out _));
        return isRead
            ? key!
            : throw new ArgumentException($"The identity is on {identity.Overlay}, and no key of {ZeroNetAddress.OverlayName}.", nameof(identity));
    }

    private static bool IsAddress(ReadOnlySpan<byte> text) => ZeroNetAddress.TryParse(Encoding.Latin1.GetString(text), out _, out _);

    private static Identity ToIdentity(ZeroNetPrivateKey key) => ToIdentity(key, key.ToWif());

    private static Identity ToIdentity(ZeroNetPrivateKey key, byte[] kept)
    {
        var identity = new Identity(ZeroNetAddress.OverlayName, ZeroNetHost.NameOf(key.Address), kept);
        CryptographicOperations.ZeroMemory(kept);
        return identity;
    }
}
