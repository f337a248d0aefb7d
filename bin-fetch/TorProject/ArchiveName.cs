namespace Klyntar.Overlay.BinFetch;

/// <summary>The names in an archive: only such as stay below the folder that it is unpacked into, on every system.</summary>
internal static class ArchiveName
{
    private const int LengthLimit = 200;
    private const int DepthLimit = 8;

    /// <summary>The name's parts, none for the folder itself; null where it is not one of ours.</summary>
    public static string[]? Parts(string name)
    {
        if (name.Length is 0 or > LengthLimit || name.StartsWith('/') || name.Any(static c => c is < ' ' or >= '\x7f' or '\\' or ':'))
        {
            return null;
        }

        string[] parts = [.. name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(static part => part != ".")];
        return parts.Length <= DepthLimit && !parts.Contains("..") ? parts : null;
    }

    /// <summary>What a link's target is, seen from the folder that the archive is unpacked into; null where that is outside.</summary>
    public static string? Resolve(string[] link, string target)
    {
        if (target.Length is 0 or > LengthLimit || target.StartsWith('/'))
        {
            return null;
        }

        List<string> parts = [.. link[..^1]];
        foreach (string part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count == 0)
            {
                return null;
            }
            else if (part == "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}
