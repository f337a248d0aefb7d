using System.CommandLine;

namespace Klyntar.Overlay.Bench;

/// <summary>Compares proxies that run one after another in the same rounds, in shuffled order.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args)
    {
        Option<string> gateway = new("--gateway") { Description = "The gateway's launcher.", Required = true };
        Option<string> microsocks = new("--microsocks") { Description = "The microsocks program.", Required = true };
        Option<int> rounds = new("--rounds") { Description = "How many rounds; every proxy runs once in each.", DefaultValueFactory = _ => 5 };
        Option<double> seconds = new("--seconds") { Description = "How long each stream load is measured.", DefaultValueFactory = _ => 2 };
        Option<int> connections = new("--connections") { Description = "How many connections are made to measure their cost.", DefaultValueFactory = _ => 5_000 };
        Option<int> idle = new("--idle") { Description = "How many connections idle at a time.", DefaultValueFactory = _ => 9_400 };
        Option<string?> json = new("--json") { Description = "Also write all figures to this file." };
        Option<string?> only = new("--only") { Description = "Run only the loads whose name starts so." };
        Option<bool> check = new("--check") { Description = "Fail where a limit is passed." };
        RootCommand command = new("Measures what the relay and the SOCKS door cost, beside microsocks.") { gateway, microsocks, rounds, seconds, connections, idle, json, only, check };
        command.Subcommands.Add(TorCommand.Create());
        command.SetAction(parse =>
        {
            BenchPlan plan = new(
                Math.Clamp(parse.GetValue(rounds), 1, 50),
                TimeSpan.FromSeconds(Math.Clamp(parse.GetValue(seconds), 0.2, 60)),
                Math.Clamp(parse.GetValue(connections), 64, 100_000),
                Math.Clamp(parse.GetValue(idle), 1, 100_000),
                parse.GetValue(only));
            ProxyKind[] proxies = [new MicrosocksKind(parse.GetValue(microsocks)!), new GatewayKind(parse.GetValue(gateway)!)];
            BenchRecord record = BenchRun.Run(plan, proxies, Console.Error);
            Report report = new(record, baseline: proxies[0].Name);
            Console.Out.Write(report.ToMarkdown());
            if (parse.GetValue(json) is { } path)
            {
                File.WriteAllText(path, report.ToJson());
            }

            return parse.GetValue(check) && !report.IsWithinLimits ? 1 : 0;
        });
        return command.Parse(args).InvokeAsync();
    }
}
