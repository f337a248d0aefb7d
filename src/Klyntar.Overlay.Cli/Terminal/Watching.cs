using System.Text;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary>Shows a gateway's status and each change: on a terminal in place, else one text after the other.</summary>
internal static class Watching
{
    private const string ClearScreen = "\e[H\e[2J";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes to standard output, in whole texts.</summary>
    public static StreamWriter Output() => new(StandardOutput.Open(), Utf8);

    /// <summary>Shows until the gateway ends or the token is cancelled.</summary>
    /// <param name="client">The gateway.</param>
    /// <param name="asLines">Whether each text is one line for a program.</param>
    /// <param name="text">What is shown of a status; null where nothing has changed in it.</param>
    /// <param name="cancellationToken">Ends the watch, as Ctrl-C does.</param>
    public static async Task RunAsync(GatewayClient client, bool asLines, Func<GatewayStatus, string?> text, CancellationToken cancellationToken)
    {
        await using StreamWriter output = Output();
        try
        {
            bool isFirst = true;
            await foreach (GatewayStatus status in client.WatchStatusAsync(cancellationToken))
            {
                if (text(status) is not { } shown)
                {
                    continue;
                }

                if (!asLines)
                {
                    await output.WriteAsync(!Console.IsOutputRedirected ? ClearScreen : isFirst ? "" : "\n");
                }

                await output.WriteLineAsync(shown);
                await output.FlushAsync(cancellationToken);
                isFirst = false;
            }

            await Terminal.Error.WriteLineAsync("The gateway has ended.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how a watch ends.
        }
    }
}
