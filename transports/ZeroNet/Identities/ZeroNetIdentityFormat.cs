using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Identities on ZeroNet, the private keys of sites: <c>wif</c>, the text that ZeroNet asks for when a site is signed and keeps as "privatekey" in users.json.
/// <para>
/// ZeroNet's master seed is read as well (<see cref="ZeroNetSeed"/>) but neither kept nor written. It makes the keys of all sites of its owner, so a gateway keeps the one
/// key that its service needs and loses no other with it; and a key tells no seed, so that one made here or read as <c>wif</c> could not be written as one.
/// </para>
/// </summary>
internal sealed class ZeroNetIdentityFormat : IIdentityFormat
{
    /// <summary>The wallet import format, kept in the key folder.</summary>
    public const string WifFormat = "wif";

    // Far beyond any key or seed, and small enough to say so instead of reading on.
    private const int MaxSize = 1024;

    private const string Usage = "A key on ZeroNet is the private key of a site, which begins with 5, K or L, or a seed as SEED:INDEX.";

    /// <summary>The one instance; it has no state.</summary>
    public static ZeroNetIdentityFormat Instance { get; } = new();

    /// <inheritdoc/>
    public ImmutableArray<string> Formats { get; } = [WifFormat];

    private static ReadOnlySpan<byte> WhiteSpace => " \t\r\n"u8;

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
            return ZeroNetSeed.TryRead(text, out key, out why) ? IdentityImport.Valid(ToIdentity(key)) : IdentityImport.Invalid(why);
        }

        return ZeroNetPrivateKey.TryReadWif(text, out key, out why)
            ? IdentityImport.Valid(ToIdentity(key))
            : IdentityImport.Invalid(IsAddress(text) ? $"This is an address and not a key. {Usage}" : $"This is no key on ZeroNet: {why}. {Usage}");
    }

    /// <inheritdoc/>
    public byte[] Export(Identity identity, string format)
    {
        ZeroNetPrivateKey key = KeyOf(identity);
        return format == WifFormat
            ? key.ToWif()
            : throw new ArgumentException($"There is no format \"{format}\" for keys on ZeroNet. Use {WifFormat}.", nameof(format));
    }

    /// <summary>The key of an identity.</summary>
    /// <exception cref="ArgumentException">It is another overlay's, or damaged.</exception>
    public static ZeroNetPrivateKey KeyOf(Identity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return identity.Overlay == ZeroNetAddress.OverlayName && ZeroNetPrivateKey.TryReadWif(identity.Secret, out ZeroNetPrivateKey? key, out _)
            ? key
            : throw new ArgumentException($"The identity is on {identity.Overlay}, and no key of {ZeroNetAddress.OverlayName}.", nameof(identity));
    }

    private static bool IsAddress(ReadOnlySpan<byte> text) => ZeroNetAddress.TryParse(Encoding.Latin1.GetString(text), out _, out _);

    private static Identity ToIdentity(ZeroNetPrivateKey key)
    {
        byte[] wif = key.ToWif();
        var identity = new Identity(ZeroNetAddress.OverlayName, ZeroNetHost.NameOf(key.Address), wif);
        CryptographicOperations.ZeroMemory(wif);
        return identity;
    }
}
