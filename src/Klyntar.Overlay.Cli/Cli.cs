using System.CommandLine;

namespace Klyntar.Overlay.Cli;

/// <summary>The command line: its verbs, and how failures are told.</summary>
internal static class Cli
{
    /// <summary>Exit code of a command that could not do what it was asked.</summary>
    public const int Failed = 1;

    public static async Task<int> RunAsync(string[] args)
    {
        RootCommand root = new("Puts a P2P node on privacy networks, and reaches nodes there: services, a SOCKS door, and the networks behind them.")
        {
            SandboxCommand.Create(),
            UpCommand.Create(),
            DialCommand.Create(),
            KeysCommand.Create(),
            StatusCommand.Create(),
            FetchCommand.Create(),
        };

        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,

            // Ctrl-C and SIGTERM cancel the command, which then ends in good order; this is how long it may take.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
        };

        try
        {
            return await root.Parse(args).InvokeAsync(configuration);
        }
        catch (OverlayException failure)
        {
            await Console.Error.WriteLineAsync($"klyntar-overlay: {failure.Message}");
            return Failed;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("klyntar-overlay: stopped.");
            return Failed;
        }
    }

}
