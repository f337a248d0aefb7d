using System.Diagnostics;
using System.Runtime.Versioning;

namespace Klyntar.Overlay.Cli.Tests;

/// <summary>A copy of the launcher in a tree with next to no sources, and a <c>dotnet</c> that builds scripts.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class LauncherTree : IDisposable
{
    // It notes each call. "Programs" tell which build they are of; a "sleeper" is a real one.
    private const string Dotnet = """
        #!/usr/bin/env bash
        here=${BASH_SOURCE[0]%/*}
        mode=$(cat "$here/mode")
        echo call >>"$here/calls"
        arguments=$*
        while (($#)); do
            if [[ $1 == -o ]]; then out=$2; fi
            shift
        done
        if [[ $mode == broken ]]; then echo "error CS1002: ; expected"; exit 1; fi
        if [[ $mode == no-package && $arguments == *ReadyToRun* ]]; then echo "error NU1101: Unable to find package microsoft.netcore.app.crossgen2.linux-x64."; exit 1; fi
        if [[ $mode == server ]]; then sleep 600 & echo $! >"$here/server"; fi
        if [[ $mode == sleeper ]]; then cp "$(command -v sleep)" "$out/klyntar-overlay"; exit; fi
        printf '#!/usr/bin/env bash\necho "build %s: $*"\n' "$(wc -l <"$here/calls" | tr -d ' ')" >"$out/klyntar-overlay"
        chmod +x "$out/klyntar-overlay"
        """;

    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public LauncherTree()
    {
        Root = Directory.CreateDirectory(Path.Join(Home, "a tree")).FullName;
        foreach (string folder in new[] { "src", "transports", "bin-fetch" })
        {
            Directory.CreateDirectory(Path.Join(Root, folder));
        }

        foreach (string file in new[] { "Directory.Build.props", "Directory.Packages.props", "global.json", "src/Program.cs" })
        {
            File.WriteAllText(Path.Join(Root, file), "");
        }

        File.Copy(Path.Join(Repository(), "klyntar-overlay"), Launcher);
        Directory.CreateDirectory(Path.Join(Home, "bin"));
        File.WriteAllText(Fake("dotnet"), Dotnet);
        File.SetUnixFileMode(Fake("dotnet"), Executable);
        File.SetUnixFileMode(Launcher, Executable);
        Mode("programs");
    }

    public string Home { get; } = Directory.CreateTempSubdirectory("klyntar-launcher-").FullName;

    public string Root { get; }

    public string Launcher => Path.Join(Root, "klyntar-overlay");

    /// <summary>How often a build was tried.</summary>
    public int Calls => File.Exists(Fake("calls")) ? File.ReadAllLines(Fake("calls")).Length : 0;

    public IEnumerable<string> Builds => Directory.EnumerateDirectories(Path.Join(Root, "artifacts", "run"), "build-*");

    public void Mode(string mode) => File.WriteAllText(Fake("mode"), mode);

    /// <summary>The id of the server that a build has left behind.</summary>
    public int Server() => int.Parse(File.ReadAllText(Fake("server")), null);

    public void ChangeSource() => File.AppendAllText(Path.Join(Root, "src", "Program.cs"), "//\n");

    public Process Start(string path, params string[] arguments)
    {
        var info = new ProcessStartInfo(path) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        info.Environment["PATH"] = $"{Path.Join(Home, "bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (string argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        return Process.Start(info)!;
    }

    public async Task<CliResult> RunAsync(string path, params string[] arguments)
    {
        using Process process = Start(path, arguments);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Task<string> error = process.StandardError.ReadToEndAsync(patience.Token);
        string output = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return new CliResult(process.ExitCode, output, await error);
    }

    public void Dispose() => Directory.Delete(Home, recursive: true);

    private static string Repository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Join(folder, "Klyntar.Overlay.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The tests run outside the repository.");
    }

    private string Fake(string name) => Path.Join(Home, "bin", name);
}
