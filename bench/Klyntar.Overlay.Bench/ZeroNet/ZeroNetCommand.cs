using System.CommandLine;

namespace Klyntar.Overlay.Bench;

/// <summary><c>zeronet</c>: what a tunnel between two gateways costs on loopback, beside TLS alone.</summary>
internal static class ZeroNetCommand
{
    /// <summary>An SslStream over a socket, in tables.</summary>
    public const string BareTls = "SslStream alone";

    public static Command Create()
    {
        Option<int> rounds = new("--rounds") { Description = "How many rounds of dials and transfers.", DefaultValueFactory = _ => 10 };
        Option<bool> check = new("--check") { Description = "Fail where a limit is passed." };
        Command command = new("zeronet", "Compares a tunnel between two ZeroNet gateways with TLS alone, on this machine's loopback.") { rounds, check };
        ResultFiles files = new(command);
        command.SetAction(async (parse, cancellationToken) =>
        {
            BenchRecord record = new();
            await ZeroNetComparison.RunAsync(Math.Clamp(parse.GetValue(rounds), 1, 100), record, Console.Error, cancellationToken);
            Report report = new(record);
            await Console.Out.WriteAsync(report.ToMarkdown());
            files.Write(parse, record, "What a tunnel between ZeroNet gateways costs");
            return parse.GetValue(check) && !report.IsWithinLimits ? 1 : 0;
        });
        return command;
    }
}
