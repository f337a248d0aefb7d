using System.CommandLine;

namespace Klyntar.Overlay.Bench;

/// <summary><c>i2p</c>: the gateway beside a bare SAM client and beside i2pd's own tunnels, all on one router.</summary>
internal static class I2PCommand
{
    /// <summary>A bare SAM client and service, in tables.</summary>
    public const string BareSam = "SAM alone";

    /// <summary>A client and a server tunnel of i2pd's own, in tables.</summary>
    public const string Tunnels = "i2pd's tunnels";

    public static Command Create()
    {
        Option<string> gateway = new("--gateway") { Description = "The gateway's launcher.", Required = true };
        Option<string> i2pd = new("--i2pd") { Description = "The name that i2pd is looked for by: i2pd or i2pd-trixie.", DefaultValueFactory = _ => "i2pd" };
        Option<int> rounds = new("--rounds") { Description = "How many rounds of dials and transfers.", DefaultValueFactory = _ => 10 };
        Option<int> kills = new("--kills") { Description = "How often the router is killed.", DefaultValueFactory = _ => 5 };
        Option<Parts> only = Parts.CreateOption("dials", "transfers", "restart");
        Option<bool> check = new("--check") { Description = "Fail where a limit is passed." };
        Command command = new("i2p", "Compares the gateway with a bare SAM client on a private router on this machine.") { gateway, i2pd, rounds, kills, only, check };
        ResultFiles files = new(command);
        command.SetAction(async (parse, cancellationToken) =>
        {
            I2PPlan plan = new(parse.GetValue(i2pd)!, Math.Clamp(parse.GetValue(rounds), 1, 100), Math.Clamp(parse.GetValue(kills), 1, 50), parse.GetValue(only)!);
            BenchRecord record = new();
            await I2PComparison.RunAsync(plan, parse.GetValue(gateway)!, record, Console.Error, cancellationToken);
            Report report = new(record);
            await Console.Out.WriteAsync(report.ToMarkdown());
            files.Write(parse, record, "What the gateway adds to I2P");
            return parse.GetValue(check) && !report.IsWithinLimits ? 1 : 0;
        });
        return command;
    }
}
