using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Onion identities: <c>tor</c>, the file hs_ed25519_secret_key as tor writes it, and <c>control</c>, the text that ADD_ONION takes.</summary>
internal sealed class TorIdentityFormat : IIdentityFormat
{
    /// <summary>The format of tor's file, kept in the key folder.</summary>
    public const string FileFormat = "tor";

    /// <summary>The format of the control port (control-spec, ADD_ONION): <c>ED25519-V3:</c> and the expanded key in base64.</summary>
    public const string ControlFormat = "control";

    // Far beyond both formats, and small enough to say so instead of reading on.
    private const int MaxSize = 4096;

    private const int HeaderSize = 32;
    private const int FileSize = HeaderSize + Ed25519ExpandedKey.Size;
    private const int Base64Size = 88;

    /// <summary>The one instance; it has no state.</summary>
    public static TorIdentityFormat Instance { get; } = new();

    /// <inheritdoc/>
    public ImmutableArray<string> Formats { get; } = [FileFormat, ControlFormat];

    // tor's crypto_format.c: the tag in equals signs, padded with zeros to 32 bytes.
    private static ReadOnlySpan<byte> Header => "== ed25519v1-secret: type0 ==\0\0\0"u8;

    private static ReadOnlySpan<byte> PublicHeader => "== ed25519v1-public:"u8;

    private static ReadOnlySpan<byte> ControlPrefix => "ED25519-V3:"u8;

    /// <inheritdoc/>
    public Identity Create() => ToIdentity(Ed25519ExpandedKey.Create());

    /// <inheritdoc/>
    public IdentityImport Import(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return IdentityImport.Invalid("The file is empty.");
        }

        if (data.Length > MaxSize)
        {
            return IdentityImport.Invalid($"The file has {data.Length} bytes, and no onion key is longer than {FileSize}.");
        }

        if (data.StartsWith(Header))
        {
            return data.Length == FileSize
                ? ImportExpanded(data[HeaderSize..])
                : IdentityImport.Invalid($"The file starts as tor's secret key does, but has {data.Length} bytes instead of {FileSize}.");
        }

        ReadOnlySpan<byte> text = data.Trim(" \t\r\n"u8);
        return text.StartsWith(ControlPrefix) ? ImportBase64(text[ControlPrefix.Length..]) : IdentityImport.Invalid(Recognize(text));
    }

    /// <inheritdoc/>
    public byte[] Export(Identity identity, string format)
    {
        ReadOnlySpan<byte> expanded = Expanded(identity);
        switch (format)
        {
            case FileFormat:
                return identity.Secret.ToArray();
            case ControlFormat:
                byte[] text = new byte[ControlPrefix.Length + Base64Size];
                ControlPrefix.CopyTo(text);
                Base64.EncodeToUtf8(expanded, text.AsSpan(ControlPrefix.Length), out _, out _);
                return text;
            default:
                throw new ArgumentException($"There is no format \"{format}\" for onion keys. Use {FileFormat} or {ControlFormat}.", nameof(format));
        }
    }

    private static ReadOnlySpan<byte> Expanded(Identity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return identity.Overlay == TorEndPoint.OverlayName && identity.Secret.Length == FileSize && identity.Secret.StartsWith(Header)
            ? identity.Secret[HeaderSize..]
            : throw new ArgumentException($"The identity is on {identity.Overlay}, not on {TorEndPoint.OverlayName}.", nameof(identity));
    }

    private static IdentityImport ImportBase64(ReadOnlySpan<byte> text)
    {
        Span<byte> expanded = stackalloc byte[Base64.GetMaxDecodedFromUtf8Length(Base64Size)];
        if (text.Length != Base64Size
            || Base64.DecodeFromUtf8(text, expanded, out _, out int written) != System.Buffers.OperationStatus.Done
            || written != Ed25519ExpandedKey.Size)
        {
            return IdentityImport.Invalid($"What follows ED25519-V3: is not {Ed25519ExpandedKey.Size} bytes in {Base64Size} characters of base64.");
        }

        IdentityImport import = ImportExpanded(expanded[..written]);
        CryptographicOperations.ZeroMemory(expanded);
        return import;
    }

    private static IdentityImport ImportExpanded(ReadOnlySpan<byte> expanded) =>
        Ed25519ExpandedKey.TryFromExpanded(expanded) is { } key
            ? IdentityImport.Valid(ToIdentity(key))
            : IdentityImport.Invalid("The key is not a clamped Ed25519 scalar: the file is damaged, or it is a seed and not an expanded key.");

    private static Identity ToIdentity(Ed25519ExpandedKey key)
    {
        Span<byte> file = stackalloc byte[FileSize];
        Header.CopyTo(file);
        key.Bytes.CopyTo(file[HeaderSize..]);
        Identity identity = new(TorEndPoint.OverlayName, OnionAddress.FromPublicKey(key.PublicKey).Host, file);
        CryptographicOperations.ZeroMemory(file);
        return identity;
    }

    private static string Recognize(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith(PublicHeader))
        {
            return "This is tor's public key; the secret one is the file hs_ed25519_secret_key beside it.";
        }

        if (text.StartsWith("-----BEGIN RSA PRIVATE KEY"u8) || text.StartsWith("RSA1024:"u8))
        {
            return "This is the key of a version 2 onion service, which the Tor network no longer serves.";
        }

        if (text.Length <= OnionAddress.LabelLength + OnionAddress.Suffix.Length && text.EndsWith(".onion"u8))
        {
            return "This is an address and not a key; the key is the file hs_ed25519_secret_key beside it.";
        }

        return $"This is no onion key: neither tor's file hs_ed25519_secret_key ({FileSize} bytes) nor ED25519-V3: and base64.";
    }
}
