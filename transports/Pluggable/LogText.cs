using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Makes what a program says fit for logs and status: without addresses, keys and control characters, and not too long.</summary>
internal static partial class LogText
{
    private const int MaxLength = 300;

    /// <summary>Takes out every address and key.</summary>
    public static string Redact(string text)
    {
        string cut = text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength), "…");
        cut = Names().Replace(cut, "….pt.alt");
        cut = Keys().Replace(cut, "…");
        cut = Addresses().Replace(cut, "…");
        return ControlCharacters().Replace(cut, " ");
    }

    [GeneratedRegex(@"[A-Za-z0-9.-]+\.pt\.alt\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Names();

    // Base64, base32 and hexadecimal alike: a node id has 40 digits.
    [GeneratedRegex("[A-Za-z0-9+/=_-]{40,}", RegexOptions.CultureInvariant)]
    private static partial Regex Keys();

    [GeneratedRegex(@"\b[0-9]{1,3}(\.[0-9]{1,3}){3}(:[0-9]+)?|\[?[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}(%[A-Za-z0-9]+)?(\]:[0-9]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"[\p{C}\p{Zl}\p{Zp}]+", RegexOptions.CultureInvariant)]
    private static partial Regex ControlCharacters();
}
