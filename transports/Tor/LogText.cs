using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Makes what tor says fit for logs and status: without addresses, keys and control characters, and not too long.</summary>
internal static partial class LogText
{
    private const int MaxLength = 500;

    /// <summary>Shortens every onion address, enough to tell two apart and too little to dial, and takes out every key.</summary>
    public static string Redact(string text)
    {
        string cut = text.Length > MaxLength ? string.Concat(text.AsSpan(0, MaxLength), "…") : text;
        cut = Keys().Replace(cut, "${type}:…");
        cut = Addresses().Replace(cut, static match => string.Concat(match.ValueSpan[..4], "…"));
        return ControlCharacters().Replace(cut, " ");
    }

    // An error may repeat the command it refuses. Hexadecimal of 32 bytes is a cookie or its proof.
    [GeneratedRegex(@"(?<type>ED25519-V3|RSA1024|x25519):\S+|(?<type>)\b[0-9A-Fa-f]{64,}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Keys();

    // Without .onion as well, since control messages name services so; and shorter runs, since the text may have been cut.
    [GeneratedRegex("[a-z2-7]{40,}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"\p{C}+", RegexOptions.CultureInvariant)]
    private static partial Regex ControlCharacters();
}
