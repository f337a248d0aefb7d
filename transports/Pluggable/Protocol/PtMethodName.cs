namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Names of methods, which the specification calls transports: C identifiers (pt-spec, section 3.2), and here in lower case as all that exist are.</summary>
internal static class PtMethodName
{
    /// <summary>obfs4, the one method that can be published.</summary>
    public const string Obfs4 = "obfs4";

    private const int MaxLength = 32;

    /// <summary>Whether a text is a method's name.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxLength || char.IsAsciiDigit(text[0]))
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }
}
