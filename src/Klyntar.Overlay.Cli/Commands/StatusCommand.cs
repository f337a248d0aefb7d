using System.CommandLine;
using System.Text.Json;
using Klyntar.Overlay.Gateway;
using Spectre.Console;

namespace Klyntar.Overlay.Cli;

/// <summary><c>status</c>: what the running gateway or sandbox does.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        Option<string?> dataFolder = CommonOptions.DataFolder();
        Option<bool> json = new("--json") { Description = "Write the status as JSON." };
        Option<bool> watch = new("--watch") { Description = "Go on showing changes until the gateway ends or Ctrl-C." };
        var command = new Command("status", "Show the running gateway or sandbox: its transports, services and peers.") { dataFolder, json, watch };
        command.SetAction((parse, cancellationToken) =>
            RunAsync(parse.GetValue(dataFolder), parse.GetValue(json), parse.GetValue(watch), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? dataFolder, bool json, bool watch, CancellationToken cancellationToken)
    {
        GatewayClient client = await RunningGateway.FindAsync(dataFolder, cancellationToken);
        if (!watch)
        {
            Show(await client.GetStatusAsync(cancellationToken), json);
            return 0;
        }

        try
        {
            await foreach (GatewayStatus status in client.WatchStatusAsync(cancellationToken))
            {
                Show(status, json);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how a watch ends.
        }

        return 0;
    }

    private static void Show(GatewayStatus status, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(status, GatewayJson.Indented.GatewayStatus));
        }
        else
        {
            AnsiConsole.Write(StatusView.Of(status, DateTimeOffset.UtcNow));
        }
    }
}
