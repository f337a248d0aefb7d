using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Klyntar.Overlay.Processes;

/// <summary>Linux's PR_SET_PDEATHSIG, set by util-linux' <c>setpriv</c>: the kernel kills the process when the thread that started it ends.</summary>
internal sealed class ParentDeathSignal : Tether
{
    // The signal is never sent where the parent died before it was asked for. The shell starts after that moment
    // and reads its parent's id then: where it is no longer ours, the program is not started.
    internal const string Script = """[ "$PPID" = "$0" ] || exit 125; exec "$@" """;

    private static readonly string[] Folders = ["/usr/bin", "/bin", "/usr/local/bin", "/sbin", "/usr/sbin"];

    private readonly string _setpriv;
    private readonly string? _setsid;

    private ParentDeathSignal(string setpriv, string? setsid)
    {
        _setpriv = setpriv;
        _setsid = setsid;
    }

    public override bool LeadsItsGroup => _setsid is not null;

    /// <summary>Tries it once. Null where the tool is missing or cannot do it (busybox' has no such option).</summary>
    public static async Task<ParentDeathSignal?> DetectAsync()
    {
        if (!OperatingSystem.IsLinux() || Find("setpriv") is not { } setpriv)
        {
            return null;
        }

        ParentDeathSignal candidate = new(setpriv, Find("setsid"));
        ProcessStartInfo trial = new() { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        candidate.Command(trial, Environment.ProcessId, "/bin/sh", ["-c", "exit 0"]);
        try
        {
            using Process process = await LauncherThread.Instance.StartAsync(trial).ConfigureAwait(false);
            process.StandardInput.Close();
            await process.WaitForExitAsync().ConfigureAwait(false);
            return process.ExitCode == 0 ? candidate : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    public override void Command(ProcessStartInfo info, HelperProcessOptions options) =>
        Command(info, Environment.ProcessId, options.Program.Path, options.Arguments);

    public override async Task FeedAsync(Process process, HelperProcessOptions options)
    {
        if (options.HoldsInput)
        {
            return;
        }

        try
        {
            using StreamWriter writer = process.StandardInput;
            await writer.WriteAsync(options.Input).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It ended, or closed its input, without reading: its exit tells the story.
        }
    }

    public override Task ReleaseAsync(Process process)
    {
        // Nothing was written that closing could fail to flush; closed before, it stays so.
        process.StandardInput.Dispose();
        return Task.CompletedTask;
    }

    internal void Command(ProcessStartInfo info, int parent, string program, IReadOnlyList<string> arguments)
    {
        info.FileName = _setpriv;
        string[] head = ["--pdeathsig", "KILL", "--", "/bin/sh", "-c", Script, parent.ToString(CultureInfo.InvariantCulture)];
        foreach (string word in head)
        {
            info.ArgumentList.Add(word);
        }

        if (_setsid is not null)
        {
            info.ArgumentList.Add(_setsid);
        }

        info.ArgumentList.Add(program);
        foreach (string argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }
    }

    private static string? Find(string tool) =>
        Folders.Select(folder => Path.Combine(folder, tool)).FirstOrDefault(path => File.Exists(path) && Posix.MayRun(path));
}
