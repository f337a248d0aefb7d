using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// What both sides of a tunnel sign, each its own text: who they are in it, the service's address, the virtual port, both nonces and the certificate of the TLS channel. So a
/// proof is worth nothing in another tunnel, on another channel, at another time, for another port or in the other role; and nothing else that ZeroNet's keys sign begins
/// as it does, since content.json begins with a brace and a list of signers with a digit.
/// </summary>
/// <param name="Site">The service's address.</param>
/// <param name="Port">The virtual port, or <see cref="TunnelOpening.AnyPort"/>.</param>
/// <param name="VisitorNonce">The visitor's random bytes.</param>
/// <param name="ServiceNonce">The service's random bytes.</param>
/// <param name="Channel">The SHA-256 of the certificate of the gateway that was dialled (RFC 5929, section 4), which the site's record names.</param>
internal sealed record TunnelTranscript(ZeroNetAddress Site, int Port, ReadOnlyMemory<byte> VisitorNonce, ReadOnlyMemory<byte> ServiceNonce, ReadOnlyMemory<byte> Channel)
{
    /// <summary>The size of a nonce, in bytes.</summary>
    public const int NonceSize = 32;

    private const string Tag = "klyntar-overlay tunnel 1";

    /// <summary>Makes a nonce.</summary>
    public static byte[] CreateNonce() => RandomNumberGenerator.GetBytes(NonceSize);

    /// <summary>The service's proof.</summary>
    /// <param name="key">The key of <see cref="Site"/>.</param>
    public string ProveService(ZeroNetPrivateKey key) => key.Sign(OfService());

    /// <summary>The visitor's proof.</summary>
    /// <param name="key">The key that the visitor goes by.</param>
    public string ProveVisitor(ZeroNetPrivateKey key) => key.Sign(OfVisitor(key.Address));

    /// <summary>Whether the service made this proof.</summary>
    public bool IsService(string proof) => ZeroNetSignature.Recover(OfService(), proof) == Site;

    /// <summary>Whether a visitor of that address made this proof.</summary>
    public bool IsVisitor(ZeroNetAddress visitor, string proof) => ZeroNetSignature.Recover(OfVisitor(visitor), proof) == visitor;

    private byte[] OfService() => Text("service", Site);

    private byte[] OfVisitor(ZeroNetAddress visitor) => Text("visitor", visitor);

    // Lines of fixed forms, so that no two transcripts have one text.
    private byte[] Text(string role, ZeroNetAddress signer) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{Tag}\n{role} {signer}\nto {Site}:{Port}\n{Convert.ToHexStringLower(VisitorNonce.Span)}\n{Convert.ToHexStringLower(ServiceNonce.Span)}\n{Convert.ToHexStringLower(Channel.Span)}\n"));
}
