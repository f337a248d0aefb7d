using System.Text;
using Klyntar.Overlay.Keys;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Proves to a zero:// tracker that an onion is one's own: its key signs a text that the tracker gave, the text's UTF-8 as it is.</summary>
internal static class OnionProof
{
    /// <summary>The longest text that is signed or verified, in characters: real trackers give ten digits.</summary>
    public const int MostLength = 256;

    /// <summary>Signs a tracker's text. It is signed as it came, so the key must be of no use for anything but announcing and its service.</summary>
    /// <param name="key">The onion service's key.</param>
    /// <param name="signThis">The tracker's text.</param>
    /// <returns>The proof; null where the text is longer than any tracker's.</returns>
    public static OnionSignature? Sign(Ed25519ExpandedKey key, string signThis) =>
        signThis.Length <= MostLength ? new OnionSignature(key.PublicKey.ToArray(), key.Sign(Encoding.UTF8.GetBytes(signThis))) : null;

    /// <summary>Verifies a proof.</summary>
    /// <param name="signature">The proof.</param>
    /// <param name="signThis">The text that was given.</param>
    /// <returns>The onion that it proves, without suffix; null where it proves nothing.</returns>
    public static string? Verify(OnionSignature signature, string signThis) =>
        signature is { PublicKey.Length: OnionSignature.KeyBytes, Signature.Length: OnionSignature.SignatureBytes } && signThis.Length <= MostLength
        && Ed25519.Verify(signature.Signature.Span, signature.PublicKey.Span, Encoding.UTF8.GetBytes(signThis))
            ? OnionName.Of(signature.PublicKey.Span)
            : null;
}
