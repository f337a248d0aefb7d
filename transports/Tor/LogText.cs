using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Makes what tor says fit for logs and status: without addresses, keys and control characters, and not too long.</summary>
internal static partial class LogText
{
    private const int MaxLength = 500;

    /// <summary>Shortens every onion address, enough to tell two apart and too little to dial, and takes out every key.</summary>
    public static string Redact(string text)
    {
        string cut = Cut(text);
        cut = Keys().Replace(cut, "${type}:…");
        cut = Addresses().Replace(cut, static match => string.Concat(match.ValueSpan[..4], "…"));
        return ControlCharacters().Replace(cut, " ");
    }

    /// <summary>Whether a text has neither control nor format characters nor line separators: nothing that would make a log or a terminal show something else.</summary>
    public static bool IsPlain(string text) => !ControlCharacters().IsMatch(text);

    // The word that is cut through goes as a whole: a part of a secret is not known for one.
    private static string Cut(string text) => text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, text.LastIndexOf(' ', MaxLength) + 1), "…");

    // An error may repeat the command it refuses. Hexadecimal of 32 bytes is a cookie or its proof.
    [GeneratedRegex(@"(?<type>ED25519-V3|RSA1024|x25519):\S+|(?<type>)\b[0-9A-Fa-f]{64,}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Keys();

    // Without .onion as well, since control messages name services so; and shorter runs, since the text may have been cut.
    [GeneratedRegex("[a-z2-7]{40,}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"[\p{C}\p{Zl}\p{Zp}]+", RegexOptions.CultureInvariant)]
    private static partial Regex ControlCharacters();
}
