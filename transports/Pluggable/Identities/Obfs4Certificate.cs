using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>What an obfs4 client must know of a server: its node id of 20 bytes and its X25519 key of 32, in base64 without padding (obfs4-spec, and obfs4proxy's <c>cert</c>).</summary>
internal static class Obfs4Certificate
{
    /// <summary>How many bytes it has.</summary>
    public const int Size = 52;

    private const int TextLength = 70;
    private const string Padding = "==";

    /// <summary>Writes one.</summary>
    public static string Write(ReadOnlySpan<byte> certificate) => Convert.ToBase64String(certificate)[..TextLength];

    /// <summary>Reads one.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out byte[]? certificate)
    {
        certificate = new byte[Size];
        if (text.Length == TextLength
            && Convert.TryFromBase64String(text + Padding, certificate, out int written)
            && written == Size
            && Write(certificate) == text)
        {
            return true;
        }

        certificate = null;
        return false;
    }
}
