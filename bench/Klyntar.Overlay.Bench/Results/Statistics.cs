using System.Globalization;

namespace Klyntar.Overlay.Bench;

/// <summary>The middle and the ends of figures.</summary>
internal readonly record struct Statistics(double Least, double Median, double Most)
{
    /// <summary>Not a number, where there are none.</summary>
    public static Statistics Of(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        if (sorted.Length == 0)
        {
            return new Statistics(double.NaN, double.NaN, double.NaN);
        }

        int middle = sorted.Length / 2;
        return new Statistics(sorted[0], sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[^1]);
    }

    /// <summary>A figure as tables write it, without powers of ten.</summary>
    public static string Text(double figure, string format = "G3") =>
        figure.ToString(Math.Abs(figure) >= 1_000 ? "F0" : format, CultureInfo.InvariantCulture);
}
