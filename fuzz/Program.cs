using System.CommandLine;
using Klyntar.Overlay.Fuzz;

Option<int> seconds = new("--seconds") { Description = "How long each target runs.", DefaultValueFactory = static _ => 60 };
Option<long> inputs = new("--inputs") { Description = "How many inputs each target runs at most.", DefaultValueFactory = static _ => long.MaxValue };
Option<int?> seed = new("--seed") { Description = "Repeats the random choices of an earlier run." };
Option<bool> save = new("--save") { Description = "Keeps inputs that reach new code in fuzz/corpus." };
Option<FileInfo?> replay = new("--replay") { Description = "Runs one input, without fuzzing." };
Option<DirectoryInfo> root = new("--root") { Description = "The repository.", DefaultValueFactory = static _ => new DirectoryInfo(".") };
Argument<string[]> targets = new("target") { Description = $"Among {string.Join(", ", FuzzTargets.All.Select(static t => t.Name))}; all unless told.", Arity = ArgumentArity.ZeroOrMore };
targets.AcceptOnlyFromAmong([.. FuzzTargets.All.Select(static t => t.Name)]);

RootCommand command = new("Fuzzes the codecs, guided by coverage.") { seconds, inputs, seed, save, replay, root, targets };
command.SetAction(parsed =>
{
    string[] names = parsed.GetValue(targets) ?? [];
    IReadOnlyList<IFuzzTarget> chosen = [.. FuzzTargets.All.Where(t => names.Length == 0 || names.Contains(t.Name))];
    FuzzSession session = new(parsed.GetRequiredValue(root).FullName, Console.Out);
    return parsed.GetValue(replay) is { } file
        ? session.Replay(file.FullName, chosen)
        : session.Run(chosen, TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(inputs), parsed.GetValue(seed) ?? Random.Shared.Next(), parsed.GetValue(save));
});

Argument<DirectoryInfo> folder = new("folder") { Description = "Where the assemblies are." };
Command instrument = new("instrument", "Rewrites the codecs' assemblies so that they tell where they have been.") { folder };
instrument.SetAction(parsed => Instrumentation.Apply(parsed.GetRequiredValue(folder).FullName));
command.Subcommands.Add(instrument);

return command.Parse(args).Invoke();
