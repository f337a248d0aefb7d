using System.CommandLine;

namespace Klyntar.Overlay.Bench;

/// <summary><c>tor</c>: the gateway beside a bare tor, on private networks on this machine.</summary>
internal static class TorCommand
{
    public static Command Create()
    {
        Option<string> gateway = new("--gateway") { Description = "The gateway's launcher.", Required = true };
        Option<int> starts = new("--starts") { Description = "How many private networks are started.", DefaultValueFactory = _ => 5 };
        Option<int> circuits = new("--circuits") { Description = "On how many circuits bytes and dials are compared.", DefaultValueFactory = _ => 10 };
        Option<Parts> only = Parts.CreateOption("sandbox", "circuits", "restart", "services", "visitors", "chain");
        Option<bool> check = new("--check") { Description = "Fail where a limit is passed." };
        Command command = new("tor", "Compares the gateway with a bare tor on private networks on this machine.") { gateway, starts, circuits, only, check };
        ResultFiles files = new(command);
        command.SetAction(async (parse, cancellationToken) =>
        {
            TorPlan plan = new(Math.Clamp(parse.GetValue(starts), 1, 20), Math.Clamp(parse.GetValue(circuits), 1, 100), parse.GetValue(only)!);
            BenchRecord record = new();
            if (plan.Parts.Includes("sandbox"))
            {
                await SandboxRace.RunAsync(plan, parse.GetValue(gateway)!, record, Console.Error, cancellationToken);
            }

            if (plan.Parts.Includes("circuits"))
            {
                await CircuitComparison.RunAsync(plan, parse.GetValue(gateway)!, record, Console.Error, cancellationToken);
            }

            if (plan.Parts.Includes("restart"))
            {
                await RestartRace.RunAsync(plan, parse.GetValue(gateway)!, record, Console.Error, cancellationToken);
            }

            if (plan.Parts.Includes("services"))
            {
                await ManyServices.RunAsync(parse.GetValue(gateway)!, record, Console.Error, cancellationToken);
            }

            if (plan.Parts.Includes("visitors"))
            {
                await VisitorCost.RunAsync(parse.GetValue(gateway)!, record, Console.Error, cancellationToken);
            }

            if (plan.Parts.Includes("chain"))
            {
                await ChainTraffic.RunAsync(parse.GetValue(gateway)!, record, Console.Error, cancellationToken);
            }

            Report report = new(record);
            await Console.Out.WriteAsync(report.ToMarkdown());
            files.Write(parse, record, "What the gateway adds to tor");
            return parse.GetValue(check) && !report.IsWithinLimits ? 1 : 0;
        });
        return command;
    }

    /// <summary>The peer's name in tables.</summary>
    public const string BareTor = "tor alone";
}
