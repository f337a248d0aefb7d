using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Client keys of onion services, in the forms in which they move between tor, Tor Browser, OnionShare and the key folder.</summary>
/// <remarks>
/// rend-spec-v3, appendix G: <c>ADDRESS:descriptor:x25519:PRIVATE</c> in a client's file <c>.auth_private</c> and
/// <c>descriptor:x25519:PUBLIC</c> in a service's file <c>.auth</c>, both in base32. Kept is the form of the control port,
/// <c>x25519:</c> and base64 (control-spec, ONION_CLIENT_AUTH_ADD): nobody takes it for a public part.
/// </remarks>
internal sealed class TorClientKeys(IReadOnlyDictionary<string, string> uses) : IClientKeys
{
    // Far beyond all forms.
    private const int MaxSize = 4_096;

    private const int Base64Size = 44;

    private const string WhatIsOne = "neither tor's file .auth_private (ADDRESS:descriptor:x25519: and 52 letters and digits), nor x25519: and base64, nor 52 letters and digits alone";

    public IReadOnlyDictionary<string, string> Uses => uses;

    private static ReadOnlySpan<byte> ControlPrefix => "x25519:"u8;

    private static ReadOnlySpan<byte> PublicPrefix => "descriptor:x25519:"u8;

    private static ReadOnlySpan<byte> PrivateMiddle => ":descriptor:x25519:"u8;

    public ClientKey Create() => ToClientKey(X25519Key.Create());

    public ClientKeyImport Import(ReadOnlySpan<byte> data)
    {
        if (data.Length > MaxSize)
        {
            return ClientKeyImport.Invalid($"The file has {data.Length} bytes, and no client key is as long.");
        }

        ReadOnlySpan<byte> text = data.Trim(" \t\r\n"u8);
        if (text.IsEmpty)
        {
            return ClientKeyImport.Invalid("The file is empty.");
        }

        if (text.StartsWith(ControlPrefix))
        {
            return ImportBase64(text[ControlPrefix.Length..]);
        }

        if (text.StartsWith(PublicPrefix))
        {
            return ImportPublic(text[PublicPrefix.Length..]);
        }

        int middle = text.IndexOf(PrivateMiddle);
        return middle >= 0 ? ImportFile(text[..middle], text[(middle + PrivateMiddle.Length)..])
            : text.Length == AuthorizedClients.Base32Size ? ImportBase32(text, null)
            : ClientKeyImport.Invalid(Recognize(text));
    }

    public byte[] Export(ClientKey key, string host)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(host);
        if (key.Overlay != TorEndPoint.OverlayName || Import(key.Secret).Key is null)
        {
            throw new ArgumentException($"The key is on {key.Overlay}, not on {TorEndPoint.OverlayName}.", nameof(key));
        }

        if (!OnionAddress.TryParse(host, out OnionAddress? address, out string? why))
        {
            throw new OverlayException($"The address of the service is not valid: {why}. Write it as in abc….onion.");
        }

        Span<byte> secret = stackalloc byte[Base64.GetMaxDecodedFromUtf8Length(Base64Size)];
        Base64.DecodeFromUtf8(key.Secret[ControlPrefix.Length..], secret, out _, out int size);
        Span<char> base32 = stackalloc char[AuthorizedClients.Base32Size];
        Base32.Encode(secret[..size], base32);
        byte[] file = [.. Encoding.ASCII.GetBytes(address.ServiceId), .. PrivateMiddle, .. new byte[base32.Length], (byte)'\n'];
        Encoding.ASCII.GetBytes(base32, file.AsSpan(file.Length - base32.Length - 1));
        CryptographicOperations.ZeroMemory(secret);
        base32.Clear();
        return file;
    }

    private static ClientKeyImport ImportBase64(ReadOnlySpan<byte> text)
    {
        Span<byte> bytes = stackalloc byte[Base64.GetMaxDecodedFromUtf8Length(Base64Size)];
        if (text.Length != Base64Size
            || Base64.DecodeFromUtf8(text, bytes, out _, out int written) != OperationStatus.Done
            || written != X25519Key.Size)
        {
            return ClientKeyImport.Invalid($"What follows x25519: is not {X25519Key.Size} bytes in {Base64Size} characters of base64.");
        }

        return ImportPrivate(bytes[..written], null);
    }

    private static ClientKeyImport ImportPublic(ReadOnlySpan<byte> base32)
    {
        Span<byte> bytes = stackalloc byte[X25519Key.Size];
        return TryDecode(base32, bytes) && X25519Key.IsPublicKey(bytes)
            ? ClientKeyImport.Public(
                AuthorizedClients.PublicPart(bytes),
                "This is the public part of somebody's client key, as in a service's file .auth: write it into the service's options, under \"clients\". The key itself is in the client's file .auth_private.")
            : ClientKeyImport.Invalid("What follows descriptor:x25519: is not a public key in 52 characters of base32.");
    }

    private static ClientKeyImport ImportFile(ReadOnlySpan<byte> label, ReadOnlySpan<byte> base32)
    {
        string host = Encoding.Latin1.GetString(label);
        host = host.EndsWith(OnionAddress.Suffix, StringComparison.OrdinalIgnoreCase) ? host : host + OnionAddress.Suffix;
        return OnionAddress.TryParse(host, out OnionAddress? address, out string? why)
            ? ImportBase32(base32, address.Host)
            : ClientKeyImport.Invalid($"The address before the key is not valid: {why}.");
    }

    private static ClientKeyImport ImportBase32(ReadOnlySpan<byte> base32, string? host)
    {
        Span<byte> bytes = stackalloc byte[X25519Key.Size];
        return TryDecode(base32, bytes)
            ? ImportPrivate(bytes, host)
            : ClientKeyImport.Invalid($"The key is not {X25519Key.Size} bytes in {AuthorizedClients.Base32Size} characters of base32.");
    }

    private static ClientKeyImport ImportPrivate(Span<byte> bytes, string? host)
    {
        var key = X25519Key.TryFromPrivate(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key is null ? ClientKeyImport.Invalid("The key is all zeros, which is none.") : ClientKeyImport.Valid(ToClientKey(key), host);
    }

    private static ClientKey ToClientKey(X25519Key key)
    {
        Span<byte> secret = stackalloc byte[ControlPrefix.Length + Base64Size];
        ControlPrefix.CopyTo(secret);
        Base64.EncodeToUtf8(key.Bytes, secret[ControlPrefix.Length..], out _, out _);
        var made = new ClientKey(TorEndPoint.OverlayName, AuthorizedClients.PublicPart(key.PublicKey), secret);
        CryptographicOperations.ZeroMemory(secret);
        return made;
    }

    private static bool TryDecode(ReadOnlySpan<byte> base32, Span<byte> bytes)
    {
        if (base32.Length != AuthorizedClients.Base32Size)
        {
            return false;
        }

        Span<char> characters = stackalloc char[AuthorizedClients.Base32Size];
        Encoding.Latin1.GetChars(base32, characters);
        bool isValid = Base32.TryDecode(characters, bytes);
        characters.Clear();
        return isValid;
    }

    private static string Recognize(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("-----BEGIN"u8))
        {
            return $"This is a PEM file, and a client key is {WhatIsOne}.";
        }

        if (text.StartsWith("== ed25519v1-"u8) || text.StartsWith("ED25519-V3:"u8))
        {
            return "This is the key of a service, not of a client; 'klyntar-overlay keys import' takes it.";
        }

        if (text.Length <= OnionAddress.LabelLength + OnionAddress.Suffix.Length && text.EndsWith(".onion"u8))
        {
            return "This is an address and not a key; ask the service's operator, or make a key with 'klyntar-overlay keys auth new'.";
        }

        return $"This is no client key: {WhatIsOne}.";
    }
}
