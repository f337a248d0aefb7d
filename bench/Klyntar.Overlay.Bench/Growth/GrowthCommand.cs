using System.CommandLine;

namespace Klyntar.Overlay.Bench;

/// <summary><c>growth</c>: whether the gateway's costs stay what they are when there is more to do.</summary>
internal static class GrowthCommand
{
    public static Command Create()
    {
        Option<string> gateway = new("--gateway") { Description = "The gateway's program.", Required = true };
        Option<int> rounds = new("--rounds") { Description = "How many rounds.", DefaultValueFactory = _ => 3 };
        Option<int> idle = new("--idle") { Description = "How many connections there are at most.", DefaultValueFactory = _ => 9_400 };
        Command command = new("growth", "Measures the gateway with 1 to 9400 connections, and with 1 byte to 10 GB on one.") { gateway, rounds, idle };
        ResultFiles files = new(command);
        command.SetAction(parse =>
        {
            using GrowthRun run = new(new GatewayKind(parse.GetValue(gateway)!), Math.Clamp(parse.GetValue(idle), 1, 100_000), Console.Error);
            run.Run(Math.Clamp(parse.GetValue(rounds), 1, 20));
            foreach (string metric in run.Record.Metrics)
            {
                Print(run.Record, metric);
            }

            files.Write(parse, run.Record, "What one more costs, where there are few and where there are many");
        });
        return command;
    }

    private static void Print(BenchRecord record, string metric)
    {
        Console.Out.WriteLine($"| {metric} | median | least | most |\n|---|---|---|---|");
        foreach (string size in record.Subjects.Where(size => record.Of(size, metric).Length > 0))
        {
            Statistics figures = Statistics.Of(record.Of(size, metric));
            Console.Out.WriteLine($"| {size} | {Statistics.Text(figures.Median)} | {Statistics.Text(figures.Least)} | {Statistics.Text(figures.Most)} |");
        }

        Console.Out.WriteLine();
    }
}
