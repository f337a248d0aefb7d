using System.CommandLine;
using System.Text.Json;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>status</c>: what the running gateway or sandbox does.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        Option<string?> dataFolder = CommonOptions.DataFolder(", else the sandbox's");
        Option<bool> json = new("--json") { Description = "Write the status as JSON; with --watch, one text a line." };
        Option<bool> watch = new("--watch") { Description = "Go on showing changes until the gateway ends or Ctrl-C." };
        var command = new Command("status", "Show the running gateway or sandbox: its doors, transports, services and peers.") { dataFolder, json, watch };
        command.SetAction(async (parse, cancellationToken) =>
        {
            GatewayClient client = await RunningGateway.FindAsync(parse.GetValue(dataFolder), cancellationToken);
            bool asJson = parse.GetValue(json);
            if (parse.GetValue(watch))
            {
                await Watching.RunAsync(client, asJson, status => Text(status, asJson ? GatewayJson.Default : null), cancellationToken);
                return 0;
            }

            await using StreamWriter output = Watching.Output();
            await output.WriteLineAsync(Text(await client.GetStatusAsync(cancellationToken), asJson ? GatewayJson.Indented : null));
            return 0;
        });
        return command;
    }

    /// <summary>The command line that shows the gateway of a data folder.</summary>
    public static string Line(string dataFolder)
    {
        bool isFound = dataFolder == GatewayOptions.DefaultDataFolder || dataFolder == SandboxCommand.DataFolder;
        return $"klyntar-overlay status{(isFound ? "" : $" --data-folder {dataFolder}")}";
    }

    private static string Text(GatewayStatus status, GatewayJson? json) => json is null
        ? string.Join('\n', StatusView.Of(status, DateTimeOffset.UtcNow))
        : JsonSerializer.Serialize(status, json.GatewayStatus);
}
