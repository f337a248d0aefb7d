using System.Buffers;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The path of a file within a site, as real nodes take it: relative, of any file system, and leading nowhere else.</summary>
internal static class SitePath
{
    /// <summary>How long one may be, in characters.</summary>
    public const int MostLength = 255;

    private static readonly SearchValues<char> Forbidden = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '*', ':', '<', '>', '?', '\\', '|']);

    // Names that are devices on Windows, whatever follows a dot.
    private static readonly SearchValues<string> Devices = SearchValues.Create(
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", .. Enumerable.Range(1, 9).SelectMany(n => (string[])[$"COM{n}", $"LPT{n}"])],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a text is one.</summary>
    public static bool IsValid(string path)
    {
        if (path.Length is 0 or > MostLength || path[0] == '/' || path[^1] is '.' or ' ' or '/' || path.AsSpan().ContainsAny(Forbidden))
        {
            return false;
        }

        foreach (Range part in path.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> name = path.AsSpan(part);
            int dot = name.IndexOf('.');
            if (name is "" or "." or ".." || Devices.Contains((dot < 0 ? name : name[..dot]).ToString()))
            {
                return false;
            }
        }

        return true;
    }
}
