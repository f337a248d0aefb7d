using System.Globalization;
using System.Net;
using System.Text;

namespace Klyntar.Overlay.Bench;

/// <summary>A plot of bars: panels in three columns, each with a scale of its own, and a line from the least to the most on each bar.</summary>
internal sealed class SvgPlot(string title)
{
    private const int Columns = 3;
    private const int PanelWidth = 320;
    private const int Gap = 24;
    private const int LabelWidth = 84;
    private const int ValueWidth = 64;
    private const int RowHeight = 18;
    private const int HeadHeight = 26;
    private const double FarBehind = 4;
    private const double CutOff = 1.5;
    private const int Scale = PanelWidth - LabelWidth - ValueWidth;

    private readonly List<(string Title, (string Label, Statistics Figures)[] Bars)> _panels = [];

    public void Add(string panel, IEnumerable<(string Label, Statistics Figures)> bars)
    {
        (string, Statistics Figures)[] measured = [.. bars.Where(bar => !double.IsNaN(bar.Figures.Median))];
        if (measured.Length > 0)
        {
            _panels.Add((panel, measured));
        }
    }

    public override string ToString()
    {
        StringBuilder body = new();
        int y = HeadHeight + Gap;
        foreach ((string Title, (string, Statistics)[] Bars)[] row in _panels.Chunk(Columns))
        {
            for (int i = 0; i < row.Length; i++)
            {
                Panel(body, Gap + (i * (PanelWidth + Gap)), y, row[i].Title, row[i].Bars);
            }

            y += HeadHeight + (row.Max(panel => panel.Bars.Length) * RowHeight) + Gap;
        }

        int width = Gap + (Columns * (PanelWidth + Gap));
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" font-family="sans-serif" font-size="12">
            <rect width="{width}" height="{y}" fill="#fff"/>
            <text x="{Gap}" y="{HeadHeight}" font-size="16">{WebUtility.HtmlEncode(title)}</text>
            {body}</svg>

            """;
    }

    private static void Panel(StringBuilder body, int x, int y, string title, (string Label, Statistics Figures)[] bars)
    {
        Line($"""<text x="{x}" y="{y + 14}" font-weight="bold">{WebUtility.HtmlEncode(title)}</text>""");
        double whole = Whole([.. bars.Select(bar => bar.Figures.Most).OrderDescending()]);
        int zero = x + LabelWidth;
        for (int i = 0; i < bars.Length; i++)
        {
            (string label, Statistics figures) = bars[i];
            int top = y + HeadHeight + (i * RowHeight);
            string color = label == GatewayKind.Gateway ? "#2f6fb0" : "#a9b4bf";
            Line($"""<text x="{zero - 6}" y="{top + 12}" text-anchor="end">{WebUtility.HtmlEncode(label)}</text>""");
            Line($"""<rect x="{zero}" y="{top + 2}" width="{Length(figures.Median):F1}" height="{RowHeight - 5}" fill="{color}"/>""");
            Line($"""<path d="M{zero + Length(figures.Least):F1} {top + 8}H{zero + Length(figures.Most):F1}" stroke="#333"/>""");
            Line($"""<text x="{zero + Length(figures.Most) + 5:F1}" y="{top + 12}">{Statistics.Text(figures.Median)}</text>""");
        }

        void Line(FormattableString line) => body.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        double Length(double figure) => Math.Clamp(figure / whole, 0, 1) * Scale;
    }

    // One that leaves all others far behind is cut off, or they could not be told apart: its figure stands beside it.
    private static double Whole(double[] falling) =>
        Math.Max(falling.Length > 1 && falling[0] > FarBehind * falling[1] ? falling[1] * CutOff : falling[0], double.Epsilon);
}
