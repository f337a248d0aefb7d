using Klyntar.Overlay.Processes;

namespace Klyntar.Overlay.Cli;

/// <summary>Node.js as it is on PATH.</summary>
internal static class NodeProgram
{
    // The first that has --import.
    private static readonly Version Oldest = new(18, 18);

    /// <summary>Checks its version.</summary>
    /// <exception cref="OverlayException">There is none, or it is too old.</exception>
    public static async Task<string> CheckAsync(CancellationToken cancellationToken)
    {
        (HelperExit exit, IReadOnlyList<string> said) = await RunAsync(["--version"], cancellationToken);
        string text = said is [var line] ? line.TrimStart('v') : "";
        return exit.ExitCode == 0 && Version.TryParse(text, out Version? version) && version >= Oldest
            ? text
            : throw new OverlayException($"The plugin needs Node.js {Oldest} or later, and the one on PATH says \"{string.Join(' ', said)}\". Install a newer one, as the core's README says.");
    }

    /// <summary>Checks that it can load a file.</summary>
    /// <exception cref="OverlayException">It cannot.</exception>
    public static async Task LoadAsync(string file, CancellationToken cancellationToken)
    {
        (HelperExit exit, IReadOnlyList<string> said) = await RunAsync(["--eval", "import(process.argv[1])", new Uri(file).AbsoluteUri], cancellationToken);
        if (exit.ExitCode != 0)
        {
            throw new OverlayException($"Node.js cannot load {file}: {string.Join(' ', said)} Please report it, with the version of Node.js.");
        }
    }

    private static async Task<(HelperExit Exit, IReadOnlyList<string> Said)> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        string path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified).Select(folder => Path.Combine(folder, "node")).FirstOrDefault(File.Exists)
            ?? throw new OverlayException("There is no Node.js on PATH, and the plugin runs in it. Install it, as the core's README says.");
        await using HelperProcess process = await HelperProcess.StartAsync(
            new HelperProcessOptions { Name = "node", Program = new HelperProgram(path, "PATH"), Arguments = arguments, WorkingDirectory = Path.GetTempPath() },
            cancellationToken);
        HelperExit exit = await process.Exited.WaitAsync(cancellationToken);
        return (exit, process.RecentOutput);
    }
}
