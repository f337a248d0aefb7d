using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Encodings;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Security;

namespace Klyntar.Overlay.Sandbox;

/// <summary>
/// What makes a tor process a directory authority: a medium-term signing key with the certificate for it, and the
/// relay's own identity key. Made here and not with tor-gencert, which many distributions of tor lack.
/// </summary>
/// <remarks>
/// The authority's identity key signs the certificate once and is then forgotten: tor reads the certificate alone, and
/// before it runs out everything is made anew.
/// </remarks>
internal sealed record AuthorityKeys
{
    private const string StampFormat = "yyyy-MM-dd HH:mm:ss";

    /// <summary>How long new keys are good for: tor's own longest customary time.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    /// <summary>The signing key, as <c>keys/authority_signing_key</c>.</summary>
    public required string SigningKey { get; init; }

    /// <summary>The certificate, as <c>keys/authority_certificate</c> (dir-spec, "Creating key certificates").</summary>
    public required string Certificate { get; init; }

    /// <summary>The relay's RSA identity key, as <c>keys/secret_id_key</c>.</summary>
    public required string RelayIdentityKey { get; init; }

    /// <summary>The fingerprint of the authority's identity key: <c>v3ident</c> in a DirAuthority line.</summary>
    public required string V3Ident { get; init; }

    /// <summary>The fingerprint of the relay's identity key.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>When the certificate runs out.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>Makes new keys. Takes about half a second of one core.</summary>
    /// <param name="now">The time from which they are valid.</param>
    public static AuthorityKeys Create(DateTimeOffset now)
    {
        // The relay's size is prescribed (tor-spec, "Preliminaries"). tor-gencert would make an identity key of 3072 bits, three
        // times slower; these guard nothing.
        using RSA identity = RSA.Create(2048);
        using RSA signing = RSA.Create(2048);
        using RSA relay = RSA.Create(1024);
        DateTimeOffset expires = now + Lifetime;
        return new AuthorityKeys
        {
            SigningKey = signing.ExportRSAPrivateKeyPem() + "\n",
            Certificate = Certify(identity, signing, now, expires),
            RelayIdentityKey = relay.ExportRSAPrivateKeyPem() + "\n",
            V3Ident = FingerprintOf(identity),
            Fingerprint = FingerprintOf(relay),
            Expires = expires,
        };
    }

    /// <summary>Puts the keys where tor looks for them.</summary>
    /// <param name="dataDirectory">The authority's DataDirectory, which exists.</param>
    public void WriteTo(string dataDirectory)
    {
        string keys = Path.Combine(dataDirectory, "keys");
        PrivateFiles.CreateFolder(keys);
        PrivateFiles.Write(Path.Combine(keys, "authority_signing_key"), SigningKey);
        PrivateFiles.Write(Path.Combine(keys, "authority_certificate"), Certificate);
        PrivateFiles.Write(Path.Combine(keys, "secret_id_key"), RelayIdentityKey);
    }

    /// <summary>Whether a DataDirectory holds keys that stay valid for a while.</summary>
    public static bool AreValidIn(string dataDirectory, DateTimeOffset now)
    {
        const string Expires = "dir-key-expires ";
        string keys = Path.Combine(dataDirectory, "keys");
        return File.Exists(Path.Combine(keys, "authority_signing_key"))
            && File.Exists(Path.Combine(keys, "secret_id_key"))
            && File.ReadLines(Path.Combine(keys, "authority_certificate")).FirstOrDefault(l => l.StartsWith(Expires, StringComparison.Ordinal)) is { } line
            && DateTimeOffset.TryParseExact(line.AsSpan(Expires.Length), StampFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset expires)
            && expires > now + TimeSpan.FromDays(7);
    }

    /// <summary>Whether the parts belong together, as far as reading them tells. tor itself verifies the signatures.</summary>
    public bool IsSound()
    {
        try
        {
            using RSA signing = RSA.Create();
            using RSA relay = RSA.Create();
            signing.ImportFromPem(SigningKey);
            relay.ImportFromPem(RelayIdentityKey);
            return FingerprintOf(relay) == Fingerprint
                && Certificate.Contains($"\nfingerprint {V3Ident}\n", StringComparison.Ordinal)
                && Certificate.Contains(signing.ExportRSAPublicKeyPem(), StringComparison.Ordinal);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private static string Certify(RSA identity, RSA signing, DateTimeOffset published, DateTimeOffset expires)
    {
        var document = new StringBuilder();
        document.Append("dir-key-certificate-version 3\n");
        document.Append("fingerprint ").Append(FingerprintOf(identity)).Append('\n');
        document.Append("dir-key-published ").Append(Stamp(published)).Append('\n');
        document.Append("dir-key-expires ").Append(Stamp(expires)).Append('\n');
        document.Append("dir-identity-key\n").Append(identity.ExportRSAPublicKeyPem()).Append('\n');
        document.Append("dir-signing-key\n").Append(signing.ExportRSAPublicKeyPem()).Append('\n');
        document.Append("dir-key-crosscert\n");
        AppendSignature(document, "ID SIGNATURE", Sign(signing, Sha1(identity.ExportRSAPublicKey())));
        document.Append("dir-key-certification\n");
        AppendSignature(document, "SIGNATURE", Sign(identity, Sha1(Encoding.ASCII.GetBytes(document.ToString()))));
        return document.ToString();
    }

    private static void AppendSignature(StringBuilder document, string label, byte[] signature) =>
        document.Append(PemEncoding.Write(label, signature)).Append('\n');

    // Tor signs the bare digest (PKCS #1 v1.5 padding without the digest's identifier), which System.Security.Cryptography cannot.
    private static byte[] Sign(RSA key, byte[] digest)
    {
        AsymmetricCipherKeyPair pair = DotNetUtilities.GetRsaKeyPair(key);
        var padding = new Pkcs1Encoding(new RsaBlindedEngine());
        padding.Init(forEncryption: true, pair.Private);
        return padding.ProcessBlock(digest, 0, digest.Length);
    }

    private static string FingerprintOf(RSA key) => Convert.ToHexString(Sha1(key.ExportRSAPublicKey()));

    private static byte[] Sha1(byte[] data)
    {
#pragma warning disable CA5350 // The directory protocol names keys by SHA-1; nothing here is secured by it.
        return SHA1.HashData(data);
#pragma warning restore CA5350
    }

    private static string Stamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString(StampFormat, CultureInfo.InvariantCulture);
}
