using Spectre.Console;

namespace Klyntar.Overlay.Cli;

/// <summary>The program's own standard output and error. What else is written to <see cref="Console"/> is some plugin's, and does not get among a command's results.</summary>
internal static class Terminal
{
    /// <summary>Where a command's results go.</summary>
    public static TextWriter Out { get; } = Console.Out;

    /// <summary>Where what a person should know goes.</summary>
    public static TextWriter Error { get; } = Console.Error;

    /// <summary>Standard error as a console for what is live.</summary>
    public static IAnsiConsole ErrorConsole { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Error) });

    /// <summary>Takes the console away from plugins, before the first is loaded.</summary>
    public static void Claim()
    {
        // Made before, since they ask whether their writer is the console's.
        (_, _) = (AnsiConsole.Console, ErrorConsole);
        var stray = TextWriter.Synchronized(new StrayWriter(Error, TimeProvider.System));
        Console.SetOut(stray);
        Console.SetError(stray);
    }
}
