namespace Klyntar.Overlay.Cli;

/// <summary>Names of overlays on a command line: each a word of its own, or several with commas between.</summary>
internal static class OverlayNames
{
    public static IEnumerable<string> Split(string word) => word.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
