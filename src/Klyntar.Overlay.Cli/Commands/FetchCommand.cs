using System.CommandLine;
using Klyntar.Overlay.BinFetch;
using Spectre.Console;

namespace Klyntar.Overlay.Cli;

/// <summary><c>fetch</c>: obtains helper programs.</summary>
internal static class FetchCommand
{
    public static Command Create()
    {
        Argument<string> program = new("PROGRAM") { Description = "The program to obtain: tor or obfs4proxy.", HelpName = "PROGRAM" };
        program.AcceptOnlyFromAmong("tor", "obfs4proxy");
        var command = new Command("fetch", "Obtain a helper program from the distribution's package mirror, without installing it, and print its path.") { program };
        command.SetAction(async (parse, cancellationToken) =>
        {
            string name = parse.GetValue(program)!;

            // Standard output is for the path, so that a script can use it.
            IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            var steps = new StepList(console, TimeProvider.System);
            FetchedProgram fetched = await steps.ShowAsync(() => steps.DoAsync($"obtain {name}", async step =>
            {
                var programs = new HelperPrograms(new HelperProgramOptions { Progress = new Detail(step) });
                FetchedProgram got = await programs.FetchAsync(name, cancellationToken);
                step.Detail = got.IsNew ? got.Program.Origin : $"{got.Program.Origin}, which was there already";
                return got;
            }));
            Console.Out.WriteLine(fetched.Program.Path);
            return 0;
        });
        return command;
    }

    private sealed class Detail(StepList.Step step) : IProgress<string>
    {
        public void Report(string value) => step.Detail = value;
    }
}
