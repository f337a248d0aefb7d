using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Makes what a router says fit for logs and status: without addresses, keys and control characters, and not too long.</summary>
internal static partial class LogText
{
    private const int MaxLength = 300;

    /// <summary>Takes out every address, name and key.</summary>
    public static string Redact(string text)
    {
        string cut = text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, text.LastIndexOf(' ', MaxLength) + 1), "…");
        cut = Names().Replace(cut, "….i2p");
        cut = Keys().Replace(cut, "…");
        return ControlCharacters().Replace(cut, " ");
    }

    /// <summary>Whether a text has neither control nor format characters nor line separators: nothing that would make a log or a terminal show something else.</summary>
    public static bool IsPlain(string text) => !ControlCharacters().IsMatch(text);

    [GeneratedRegex(@"[A-Za-z0-9_.~=-]+\.i2p\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Names();

    // Base32 and base64 alike: a hash has 43 characters or more, and no word of a message has as many.
    [GeneratedRegex("[A-Za-z0-9~=+/-]{40,}", RegexOptions.CultureInvariant)]
    private static partial Regex Keys();

    [GeneratedRegex(@"[\p{C}\p{Zl}\p{Zp}]+", RegexOptions.CultureInvariant)]
    private static partial Regex ControlCharacters();
}
