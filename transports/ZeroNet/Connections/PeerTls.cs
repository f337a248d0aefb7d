using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>How TLS is spoken with peers: as real nodes do, without names, client certificates or protocols' names.</summary>
internal static class PeerTls
{
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>The options of who dials.</summary>
    /// <param name="accepts">Whether the certificate that is shown will do.</param>
    public static SslClientAuthenticationOptions Client(RemoteCertificateValidationCallback accepts) => new()
    {
        // No name: real nodes send none, and a name would tell the gateway from them.
        TargetHost = "",
        EnabledSslProtocols = Versions,
        AllowRenegotiation = false,

        // A session resumed would link connections that are to look unrelated.
        AllowTlsResume = false,
        RemoteCertificateValidationCallback = accepts,

        // A hostile certificate may name a place to fetch its issuer from. Nothing is ever fetched: it would go by clearnet.
        CertificateChainPolicy = new X509ChainPolicy
        {
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            TrustMode = X509ChainTrustMode.CustomRootTrust,
        },
    };

    /// <summary>The options of who accepts.</summary>
    public static SslServerAuthenticationOptions Server(PeerCertificate certificate) => new()
    {
        ServerCertificateContext = certificate.Context,
        ClientCertificateRequired = false,
        EnabledSslProtocols = Versions,
        AllowRenegotiation = false,
        AllowTlsResume = false,
    };
}
