using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Makes what tor says fit for logs and status: without addresses and control characters, and not too long.</summary>
internal static partial class LogText
{
    private const int MaxLength = 500;

    /// <summary>Shortens every onion address: enough to tell two apart, too little to dial.</summary>
    public static string Redact(string text)
    {
        string cut = text.Length > MaxLength ? string.Concat(text.AsSpan(0, MaxLength), "…") : text;
        return ControlCharacters().Replace(Addresses().Replace(cut, static match => string.Concat(match.ValueSpan[..4], "…")), " ");
    }

    // Without .onion as well, since control messages name services so; and shorter runs, since the text may have been cut.
    [GeneratedRegex("[a-z2-7]{40,}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"\p{C}+", RegexOptions.CultureInvariant)]
    private static partial Regex ControlCharacters();
}
