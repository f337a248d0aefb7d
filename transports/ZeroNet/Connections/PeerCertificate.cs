using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The certificate of accepted connections: RSA of 2048 bits, since nodes offer RSA alone in TLS 1.2, and signed by itself, since nobody verifies it. Peers' records name its hash.</summary>
internal sealed class PeerCertificate : IDisposable
{
    /// <summary>What it is kept as.</summary>
    public const string KeyName = "certificate";

    private const int KeyBits = 2048;
    private const int NameLetters = 10;

    // Nobody looks at the end, and a new one would change the hash.
    private static readonly TimeSpan Validity = TimeSpan.FromDays(3650);

    private readonly X509Certificate2 _certificate;

    private PeerCertificate(X509Certificate2 certificate)
    {
        _certificate = certificate;
        Sha256 = SHA256.HashData(certificate.RawData);
        Sha256Hex = Convert.ToHexStringLower(Sha256);

        // Made once: it is most of the work of a handshake's beginning. Offline: issuers are never fetched.
        Context = SslStreamCertificateContext.Create(certificate, null, offline: true);
    }

    /// <summary>The certificate as TLS uses it.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>The SHA-256 of the certificate (DER), 32 bytes.</summary>
    public byte[] Sha256 { get; }

    /// <summary>The same in lower-case hexadecimal, as records have it.</summary>
    public string Sha256Hex { get; }

    /// <summary>The certificate that is kept, or a new one, which is kept from then on.</summary>
    /// <param name="keys">Where it is kept, as PKCS #12 without a password.</param>
    /// <param name="clock">The clock.</param>
    /// <exception cref="OverlayException">What is kept is damaged, or cannot be read or written.</exception>
    public static PeerCertificate LoadOrMake(IKeyStore keys, TimeProvider clock)
    {
        byte[]? kept = keys.Read(KeyName);
        if (kept is null)
        {
            using X509Certificate2 made = Make(clock);
            kept = made.Export(X509ContentType.Pkcs12);
            keys.Create(KeyName, kept);
        }

        X509Certificate2? certificate = null;
        try
        {
            certificate = X509CertificateLoader.LoadPkcs12(kept, null);
            using RSA? key = certificate.GetRSAPrivateKey();
            if (key?.KeySize == KeyBits)
            {
                PeerCertificate loaded = new(certificate);
                certificate = null;
                return loaded;
            }
        }
        catch (CryptographicException e)
        {
            throw Damaged(e);
        }
        finally
        {
            certificate?.Dispose();
            CryptographicOperations.ZeroMemory(kept);
        }

        throw Damaged(null);
    }

    /// <summary>Frees the key.</summary>
    public void Dispose() => _certificate.Dispose();

    private static X509Certificate2 Make(TimeProvider clock)
    {
        using RSA key = RSA.Create(KeyBits);
        string name = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", NameLetters);
        CertificateRequest request = new($"CN={name}.com", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        // From the day's beginning: the second in which a gateway was set up is nobody's business.
        DateTimeOffset from = new(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        return request.CreateSelfSigned(from, from + Validity);
    }

    private static OverlayException Damaged(Exception? cause) => new(
        $"The ZeroNet key '{KeyName}' is no certificate with an RSA key of {KeyBits} bits: it is damaged. Restore it from a backup, or delete it to have a new one made, which peers learn from the next record.",
        cause);
}
