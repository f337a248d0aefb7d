using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Identities on I2P: <c>i2pd</c>, the file that i2pd's tunnels and Java I2P keep, and <c>sam</c>, the same in base64 as SAM writes it.</summary>
internal sealed class I2PIdentityFormat : IIdentityFormat
{
    /// <summary>The format of routers' files, kept in the key folder.</summary>
    public const string FileFormat = "i2pd";

    /// <summary>The format of SAM.</summary>
    public const string SamFormat = "sam";

    // Far beyond both formats, and small enough to say so instead of reading on.
    private const int MaxSize = 16 * 1024;

    /// <summary>The one instance; it has no state.</summary>
    public static I2PIdentityFormat Instance { get; } = new();

    /// <inheritdoc/>
    public ImmutableArray<string> Formats { get; } = [FileFormat, SamFormat];

    /// <inheritdoc/>
    public Identity Create() => ToIdentity(I2PPrivateKey.Create());

    /// <inheritdoc/>
    public IdentityImport Import(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return IdentityImport.Invalid("The file is empty.");
        }

        if (data.Length > MaxSize)
        {
            return IdentityImport.Invalid($"The file has {data.Length} bytes, and no key on I2P is longer than {MaxSize}.");
        }

        ReadOnlySpan<byte> trimmed = data.Trim(" \t\r\n"u8);
        char[] text = new char[trimmed.Length];
        Encoding.Latin1.GetChars(trimmed, text);
        byte[]? decoded = null;
        try
        {
            if (text.Length < I2PDestination.MinTextLength && I2PHost.IsClaimed(new string(text)))
            {
                return IdentityImport.Invalid("This is an address and not a key.");
            }

            if (!I2PBase64.IsBase64(text))
            {
                return Read(data);
            }

            decoded = I2PBase64.TryDecode(text);
            return decoded is null
                ? IdentityImport.Invalid("The text is not base64 as I2P writes it. Copy it again, whole.")
                : Read(decoded);
        }
        finally
        {
            text.AsSpan().Clear();
            CryptographicOperations.ZeroMemory(decoded);
        }
    }

    /// <inheritdoc/>
    public byte[] Export(Identity identity, string format)
    {
        ReadOnlySpan<byte> bytes = KeyOf(identity).Bytes;
        return format switch
        {
            FileFormat => bytes.ToArray(),
            SamFormat => I2PBase64.Encode(bytes),
            _ => throw new ArgumentException($"There is no format \"{format}\" for keys on I2P. Use {FileFormat} or {SamFormat}.", nameof(format)),
        };
    }

    /// <summary>The key of an identity.</summary>
    /// <exception cref="ArgumentException">It is another overlay's, or damaged.</exception>
    public static I2PPrivateKey KeyOf(Identity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return identity.Overlay == I2PEndPoint.OverlayName && I2PPrivateKey.TryRead(identity.Secret, out I2PPrivateKey? key, out _)
            ? key
            : throw new ArgumentException($"The identity is on {identity.Overlay}, and no key of {I2PEndPoint.OverlayName}.", nameof(identity));
    }

    private static IdentityImport Read(ReadOnlySpan<byte> data) =>
        I2PPrivateKey.TryRead(data, out I2PPrivateKey? key, out string? why)
            ? IdentityImport.Valid(ToIdentity(key))
            : IdentityImport.Invalid($"This is no key on I2P. {why}");

    private static Identity ToIdentity(I2PPrivateKey key) => new(I2PEndPoint.OverlayName, key.Destination.Host, key.Bytes);
}
