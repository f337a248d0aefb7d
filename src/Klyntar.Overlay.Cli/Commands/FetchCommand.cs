using System.CommandLine;
using System.Globalization;
using Klyntar.Overlay.BinFetch;

namespace Klyntar.Overlay.Cli;

/// <summary><c>fetch</c>: obtains helper programs. Standard output is for the path, so that a script can use it.</summary>
internal static class FetchCommand
{
    public static Command Create()
    {
        Argument<string> program = new("PROGRAM") { Description = "The program to obtain: tor, i2pd or obfs4proxy.", HelpName = "PROGRAM" };
        program.AcceptOnlyFromAmong("tor", "i2pd", "obfs4proxy");
        BundleOptions bundles = new();
        var command = new Command("fetch", "Obtain a helper program without installing it, and print its path: from the distribution's package mirror, or tor from the Tor Project.") { program };
        bundles.AddTo(command, program);
        command.SetAction((parse, cancellationToken) =>
            bundles.IsList(parse) ? Task.FromResult(List())
            : bundles.IsRollBack(parse) ? ChooseAsync(static (installed, stop) => installed.RollBackAsync(stop), cancellationToken)
            : bundles.IsUse(parse, out string? version) ? ChooseAsync((installed, stop) => installed.UseAsync(version, stop), cancellationToken)
            : bundles.Request(parse) is { } request ? FetchBundleAsync(request, cancellationToken)
            : FetchPackageAsync(parse.GetValue(program)!, cancellationToken));
        return command;
    }

    private static async Task<int> FetchPackageAsync(string name, CancellationToken cancellationToken)
    {
        StepList steps = Steps();
        FetchedProgram fetched = await steps.ShowAsync(() => steps.DoAsync($"obtain {name}", async step =>
        {
            var programs = new HelperPrograms(new HelperProgramOptions { Progress = new Detail(step) });
            FetchedProgram got = await programs.FetchAsync(name, cancellationToken);
            step.Detail = got.IsNew ? got.Program.Origin : $"{got.Program.Origin}, which was there already";
            return got;
        }));
        Terminal.Out.WriteLine(fetched.Program.Path);
        return 0;
    }

    private static async Task<int> FetchBundleAsync(TorBundleRequest request, CancellationToken cancellationToken)
    {
        StepList steps = Steps();
        FetchedProgram fetched = await steps.ShowAsync(async () =>
        {
            using var progress = new BundleSteps(steps);
            return await Bundles().FetchAsync(request, progress, cancellationToken);
        });
        steps.Tell($"{fetched.Program.Origin}{(fetched.IsNew ? "" : ", which was there already,")} is used from now on. 'klyntar-overlay fetch tor --roll-back' goes back.");
        Terminal.Out.WriteLine(fetched.Program.Path);
        return 0;
    }

    private static int List()
    {
        IReadOnlyList<TorBundle> there = Bundles().List();
        foreach (TorBundle bundle in there)
        {
            string state = bundle.IsSelected ? "used" : bundle.IsPrevious ? "before" : "";
            Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bundle.Version,-10}  {state,-6}  {bundle.Obtained.UtcDateTime:yyyy-MM-dd}  {bundle.Tor.TrimEnd('.')}"));
        }

        if (there.Count == 0)
        {
            Terminal.Error.WriteLine("No bundle of the Tor Project was obtained yet. 'klyntar-overlay fetch tor --from tor-project --key FILE' obtains one.");
        }

        return 0;
    }

    private static async Task<int> ChooseAsync(Func<TorBundles, CancellationToken, ValueTask<HelperProgram?>> choose, CancellationToken cancellationToken)
    {
        if (await choose(Bundles(), cancellationToken) is { } tor)
        {
            Terminal.Error.WriteLine($"{tor.Origin} is used from now on.");
            Terminal.Out.WriteLine(tor.Path);
        }
        else
        {
            Terminal.Error.WriteLine("No bundle is used from now on: tor is looked for on PATH, then in the distribution's package.");
        }

        return 0;
    }

    private static TorBundles Bundles() => new(new HelperProgramOptions());

    private static StepList Steps() =>
        new(Terminal.ErrorConsole, TimeProvider.System);

    private sealed class Detail(StepList.Step step) : IProgress<string>
    {
        public void Report(string value) => step.Detail = value;
    }
}
