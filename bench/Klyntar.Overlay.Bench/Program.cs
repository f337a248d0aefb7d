using System.CommandLine;

namespace Klyntar.Overlay.Bench;

/// <summary>Compares proxies that run one after another in the same rounds, in shuffled order.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args)
    {
        Option<string> gateway = new("--gateway") { Description = "The gateway's program.", Required = true };
        Option<string> peerFolder = new("--peer-folder") { Description = "Where the peers are unpacked.", Required = true };
        Option<string> peers = new("--peers") { Description = "What it is compared with: names with commas, or all.", DefaultValueFactory = _ => Peers.Usual };
        peers.Validators.Add(result =>
        {
            if (Peers.Fault(result.GetValueOrDefault<string>()) is { } fault)
            {
                result.AddError(fault);
            }
        });
        Option<string?> microsocks = new("--microsocks") { Description = "Another microsocks than the peers' folder has." };
        Option<bool> quick = new("--quick") { Description = "One round, short loads and short pauses: two minutes." };
        Option<int?> rounds = new("--rounds") { Description = "How many rounds; every proxy runs once in each. Five." };
        Option<double?> seconds = new("--seconds") { Description = "How long each stream load is measured. 1.5." };
        Option<int?> connections = new("--connections") { Description = "How many connections are made to measure their cost. 20000." };
        Option<int> idle = new("--idle") { Description = "How many connections idle at a time.", DefaultValueFactory = _ => 9_400 };
        Option<Parts> only = Parts.CreateOption([.. BenchPlan.AllLoads]);
        Option<bool> check = new("--check") { Description = "Fail where a limit is passed." };
        RootCommand command = new("Measures what the relay and the SOCKS door cost, beside other proxies.")
        {
            gateway, peerFolder, peers, microsocks, quick, rounds, seconds, connections, idle, only, check,
        };
        ResultFiles files = new(command);
        command.Subcommands.Add(TorCommand.Create());
        command.Subcommands.Add(I2PCommand.Create());
        command.Subcommands.Add(ZeroNetCommand.Create());
        command.Subcommands.Add(GrowthCommand.Create());
        command.SetAction(parse =>
        {
            bool isQuick = parse.GetValue(quick);
            BenchPlan plan = new(
                Math.Clamp(parse.GetValue(rounds) ?? (isQuick ? 1 : 5), 1, 50),
                TimeSpan.FromSeconds(Math.Clamp(parse.GetValue(seconds) ?? (isQuick ? 0.25 : 1.5), 0.2, 60)),
                Math.Clamp(parse.GetValue(connections) ?? (isQuick ? 2_000 : 20_000), 64, 100_000),
                Math.Clamp(parse.GetValue(idle), 1, 100_000),
                parse.GetValue(only)!,
                isQuick);
            IEnumerable<ProxyKind> others = Peers.Named(parse.GetValue(peers)!, parse.GetValue(peerFolder)!)
                .Select(kind => kind is MicrosocksKind && parse.GetValue(microsocks) is { } path ? new MicrosocksKind(path) : kind);
            using BenchRun run = new(plan, Console.Error);
            run.Run(new GatewayKind(parse.GetValue(gateway)!), others);
            Report report = new(run.Record);
            Console.Out.Write(report.ToMarkdown());
            foreach (string doubt in Doubts.Of(run.Record))
            {
                Console.Out.WriteLine($"warning: {doubt}");
            }

            files.Write(parse, run.Record, "What the gateway costs, beside other proxies");
            return parse.GetValue(check) && !report.IsWithinLimits ? 1 : 0;
        });
        return command.Parse(args).InvokeAsync();
    }
}
