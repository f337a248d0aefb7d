using System.CommandLine;

namespace Klyntar.Overlay.Bench;

/// <summary>The files that a command writes when it is asked to.</summary>
internal sealed class ResultFiles
{
    private readonly Option<string?> _csv = new("--csv") { Description = "Also write every figure of every round to this file." };
    private readonly Option<string?> _svg = new("--svg") { Description = "Also write a plot to this file." };

    public ResultFiles(Command command)
    {
        command.Options.Add(_csv);
        command.Options.Add(_svg);
    }

    public void Write(ParseResult parse, BenchRecord record, string title)
    {
        if (parse.GetValue(_csv) is { } csv)
        {
            File.WriteAllText(csv, record.ToCsv());
        }

        if (parse.GetValue(_svg) is { } svg)
        {
            SvgPlot plot = new(title);
            foreach (string metric in record.Metrics.Where(Metric.IsMain))
            {
                plot.Add(metric, record.Subjects.Select(subject => (subject, Statistics.Of(record.Of(subject, metric)))));
            }

            File.WriteAllText(svg, plot.ToString());
        }
    }
}
