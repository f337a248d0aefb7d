using System.CommandLine;
using System.CommandLine.Invocation;

namespace Klyntar.Overlay.Cli;

/// <summary>The command line: its verbs, and how they end.</summary>
internal static class Cli
{
    /// <summary>Exit code of a command that could not do what it was asked.</summary>
    public const int Failed = 1;

    /// <summary>Exit code of a command line that cannot be understood.</summary>
    public const int Misused = 2;

    // What a shell reports of a program that died of SIGPIPE, as this one would have without the run-time's care.
    private const int ReaderGone = 128 + 13;

    public static async Task<int> RunAsync(string[] args)
    {
        ParseResult parsed = Root().Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            return UsageErrors.Tell(parsed);
        }

        using var signals = new StopSignals();
        var configuration = new InvocationConfiguration { Output = Terminal.Out, Error = Terminal.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return await parsed.InvokeAsync(configuration, signals.Stop);
        }
        catch (OverlayException failure)
        {
            return await FailAsync(failure.Message);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            return await FailAsync("Stopped before it was done.");
        }
        catch (IOException failure) when (StandardOutput.IsReaderGone(failure))
        {
            return ReaderGone;
        }
        catch (Exception bug)
        {
            return await FailAsync($"This should not have happened. Please report it: {bug}");
        }
    }

    internal static RootCommand Root() => new("Puts a P2P node on privacy networks, and reaches nodes there as if they were on the ordinary network.")
    {
        SandboxCommand.Create(),
        UpCommand.Create(),
        StatusCommand.Create(),
        DialCommand.Create(),
        NewCircuitsCommand.Create(),
        PeersCommand.Create(),
        PluginCommand.Create(),
        CheckClientCommand.Create(),
        KeysCommand.Create(),
        TransportsCommand.Create(),
        FetchCommand.Create(),
        TorCommand.Create(),
    };

    private static async Task<int> FailAsync(string why)
    {
        await Terminal.Error.WriteLineAsync($"klyntar-overlay: {why}");
        return Failed;
    }
}
