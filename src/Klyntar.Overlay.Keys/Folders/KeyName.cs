namespace Klyntar.Overlay.Keys;

/// <summary>The rules for the names of keys, so that a name is a file in the key folder and nothing else.</summary>
internal static class KeyName
{
    private const int MaxLength = 64;

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && name[0] != '.' &&
        name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.' or '_');

    public static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsValid(name))
        {
            throw new OverlayException($"A key cannot be named \"{Printable(name)}\". Use at most {MaxLength} lower case letters, digits, dashes, dots and underscores, not starting with a dot.");
        }
    }

    private static string Printable(string name) =>
        string.Concat(name.Take(MaxLength).Select(static c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)) + (name.Length > MaxLength ? "…" : "");
}
