using System.Globalization;

namespace Klyntar.Overlay.Cli;

/// <summary>A bar that shows how much of something large is there, in the colours of the step list.</summary>
/// <param name="Received">The bytes that are there.</param>
/// <param name="Total">How many there will be, or null where nobody knows.</param>
internal sealed record ProgressBar(long Received, long? Total)
{
    private const int Width = 30;

    /// <summary>The part that is there, from 0 to 1; or null.</summary>
    public double? Share => Total is > 0 and { } total ? Math.Clamp((double)Received / total, 0, 1) : null;

    /// <summary>The sizes in words.</summary>
    public string Sizes => Total is { } total ? $"{Megabytes(Received)} of {Megabytes(total)} MB" : $"{Megabytes(Received)} MB";

    /// <summary>As markup.</summary>
    public override string ToString()
    {
        int full = (int)((Share ?? 0) * Width);
        return $"[yellow]{new string('━', full)}[/][grey]{new string('━', Width - full)}[/] {Sizes}";
    }

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture);
}
