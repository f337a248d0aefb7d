using System.CommandLine;
using System.Text;
using System.Text.Json;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>status</c>: what the running gateway or sandbox does.</summary>
internal static class StatusCommand
{
    private const string ClearScreen = "\e[H\e[2J";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static Command Create()
    {
        Option<string?> dataFolder = CommonOptions.DataFolder(", else the sandbox's");
        Option<bool> json = new("--json") { Description = "Write the status as JSON; with --watch, one text a line." };
        Option<bool> watch = new("--watch") { Description = "Go on showing changes until the gateway ends or Ctrl-C." };
        var command = new Command("status", "Show the running gateway or sandbox: its doors, transports, services and peers.") { dataFolder, json, watch };
        command.SetAction(async (parse, cancellationToken) =>
        {
            GatewayClient client = await RunningGateway.FindAsync(parse.GetValue(dataFolder), cancellationToken);
            await using var output = new StreamWriter(StandardOutput.Open(), Utf8);
            if (parse.GetValue(watch))
            {
                await WatchAsync(client, output, parse.GetValue(json), cancellationToken);
            }
            else
            {
                await WriteAsync(output, await client.GetStatusAsync(cancellationToken), parse.GetValue(json) ? GatewayJson.Indented : null);
            }

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

    private static async Task WatchAsync(GatewayClient client, StreamWriter output, bool asJson, CancellationToken cancellationToken)
    {
        try
        {
            bool isFirst = true;
            await foreach (GatewayStatus status in client.WatchStatusAsync(cancellationToken))
            {
                if (!asJson)
                {
                    await output.WriteAsync(!Console.IsOutputRedirected ? ClearScreen : isFirst ? "" : "\n");
                }

                await WriteAsync(output, status, asJson ? GatewayJson.Default : null);
                isFirst = false;
            }

            await Console.Error.WriteLineAsync("The gateway has ended.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how a watch ends.
        }
    }

    private static async Task WriteAsync(StreamWriter output, GatewayStatus status, GatewayJson? json)
    {
        await output.WriteLineAsync(json is null
            ? string.Join('\n', StatusView.Of(status, DateTimeOffset.UtcNow))
            : JsonSerializer.Serialize(status, json.GatewayStatus));
        await output.FlushAsync();
    }
}
