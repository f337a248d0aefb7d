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
}
