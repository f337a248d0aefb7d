namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>The names that an operator gives to bridges.</summary>
internal static class BridgeName
{
    /// <summary>Shorter than any address, so that no name can be one.</summary>
    public const int MaxLength = 32;

    /// <summary>Whether a text is one.</summary>
    public static bool IsValid(string text) =>
        text.Length is > 0 and <= MaxLength
        && text[0] != '-' && text[^1] != '-'
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
