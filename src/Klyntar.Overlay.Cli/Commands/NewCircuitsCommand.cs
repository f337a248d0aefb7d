using System.Collections.Immutable;
using System.CommandLine;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>new-circuits</c>: dials of the running gateway take new circuits from now on.</summary>
internal static class NewCircuitsCommand
{
    public static Command Create()
    {
        Option<string?> on = new("--on") { Description = "On this transport alone.", HelpName = "TRANSPORT" };
        Option<string?> dataFolder = CommonOptions.DataFolder(", else the sandbox's");
        var command = new Command("new-circuits", "Have the running gateway's dials take new circuits from now on. Open connections go on as they are.") { on, dataFolder };
        command.Aliases.Add("newnym");
        command.SetAction(async (parse, cancellationToken) =>
        {
            GatewayClient client = await RunningGateway.FindAsync(parse.GetValue(dataFolder), cancellationToken);
            string? transport = parse.GetValue(on);
            ImmutableArray<NewCircuitsReport> reports = await client.NewCircuitsAsync(transport, cancellationToken);

            // Where all were asked, those that have no circuits are no matter.
            NewCircuitsReport[] told = [.. reports.Where(r => r.Outcome != NewCircuitsOutcome.NotSupported)];
            foreach (NewCircuitsReport done in told.Where(r => r.Outcome == NewCircuitsOutcome.Done))
            {
                await Terminal.Out.WriteLineAsync($"{done.Transport}: dials take new circuits from now on.{(done.Message is null ? "" : $" {done.Message}")}");
            }

            if (reports.IsEmpty)
            {
                throw new OverlayException("The gateway runs no transport, so there are no circuits to renew.");
            }

            return told.Length > 0 && told.All(r => r.Outcome == NewCircuitsOutcome.Done)
                ? 0
                : throw new OverlayException(string.Join(' ', (told.Length > 0 ? told : [.. reports]).Where(r => r.Outcome != NewCircuitsOutcome.Done).Select(r => $"{r.Transport}: {r.Message}")));
        });
        return command;
    }
}
