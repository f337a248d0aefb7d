namespace Klyntar.Overlay.Gateway;

/// <summary>Finds what a misspelt name was meant to be.</summary>
internal static class Spelling
{
    /// <summary>The advice for an unknown name: the nearest known one, or all of them.</summary>
    public static string Advice(string unknown, IReadOnlyCollection<string> known)
    {
        if (known.Count == 0)
        {
            return "Remove it; nothing is known here.";
        }

        string? nearest = Nearest(unknown, known);
        return nearest is not null
            ? $"Did you mean \"{nearest}\"?"
            : $"Known here: {string.Join(", ", known.Order(StringComparer.Ordinal).Select(k => $"\"{k}\""))}.";
    }

    /// <summary>The known name nearest to an unknown one, or null where none is near.</summary>
    public static string? Nearest(string unknown, IEnumerable<string> known)
    {
        // A long name is no misspelling of ours, and the distance's cost grows with it.
        if (unknown.Length > 64)
        {
            return null;
        }

        string lower = unknown.ToLowerInvariant();
        string? nearest = known.MinBy(k => Distance(lower, k.ToLowerInvariant()));
        return nearest is not null && Distance(lower, nearest.ToLowerInvariant()) <= Math.Max(1, unknown.Length / 3) ? nearest : null;
    }

    // Damerau and Levenshtein's distance with neighbours swapped (optimal string alignment).
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                int best = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    best = Math.Min(best, rows[i - 2, j - 2] + 1);
                }

                rows[i, j] = best;
            }
        }

        return rows[a.Length, b.Length];
    }
}
