namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Orders texts by their code points, as Python does. By UTF-16 units, characters beyond U+FFFF would come before those from U+E000 on.</summary>
internal sealed class CodePointComparer : IComparer<string>
{
    /// <summary>The only one.</summary>
    public static CodePointComparer Instance { get; } = new();

    private CodePointComparer()
    {
    }

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x;
        ReadOnlySpan<char> b = y;
        int same = a.CommonPrefixLength(b);
        return same == a.Length || same == b.Length ? a.Length - b.Length : Weight(a[same]) - Weight(b[same]);
    }

    // Half a character belongs to one beyond U+FFFF. Where both texts have one here, their order is that of the units.
    private static int Weight(char unit) => char.IsSurrogate(unit) ? unit + char.MaxValue : unit;
}
