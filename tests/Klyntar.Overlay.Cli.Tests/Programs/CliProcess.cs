using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Klyntar.Overlay.Cli.Tests;

/// <summary>One run of the built program, with pipes as its standard streams. It is killed when it is disposed.</summary>
internal sealed partial class CliProcess : IAsyncDisposable
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errorText = new();
    private readonly Task<string> _error;
    private (string Part, TaskCompletionSource Seen)? _awaited;

    private CliProcess(Process process)
    {
        _process = process;
        _error = ReadErrorAsync();
    }

    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    public static CliProcess Start(CliHome home, params string[] arguments)
    {
        var info = new ProcessStartInfo(Path.Join(AppContext.BaseDirectory, "klyntar-overlay"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home.Folder,
        };
        info.Environment["XDG_STATE_HOME"] = home.Folder;
        info.Environment["XDG_DATA_HOME"] = home.File("share");
        info.Environment["XDG_CACHE_HOME"] = home.File("cache");
        info.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Join(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        foreach ((string name, string value) in home.Environment)
        {
            info.Environment[name] = value;
        }

        foreach (string argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        return new CliProcess(Process.Start(info)!);
    }

    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Reads standard output up to a line that holds a text, and returns that line.</summary>
    public async Task<string> LineAsync(string part)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            _output.Append(line).Append('\n');
            if (line.Contains(part, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The program ended without the line '{part}'. It wrote: {_output}{await _error}");
    }

    /// <summary>Waits for a line on standard error that holds a text.</summary>
    public async Task ErrorLineAsync(string part)
    {
        TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_errorText)
        {
            _awaited = (part, seen);
            Notice();
        }

        await Task.WhenAny(seen.Task, _error).WaitAsync(Patience);
        if (!seen.Task.IsCompleted)
        {
            throw new InvalidOperationException($"The program ended without the line '{part}'. It wrote: {await _error}");
        }
    }

    public void Signal(int number) => SendSignal(_process.Id, number).Should().Be(0);

    public async Task<CliResult> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        _output.Append(await _process.StandardOutput.ReadToEndAsync(patience.Token));
        return new CliResult(await ExitAsync(), _output.ToString(), await _error);
    }

    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public Task<string> ErrorAsync() => _error.WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task<string> ReadErrorAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_errorText)
            {
                _errorText.Append(line).Append('\n');
                Notice();
            }
        }

        return _errorText.ToString();
    }

    private void Notice()
    {
        if (_awaited is var (part, seen) && _errorText.ToString().Contains(part, StringComparison.Ordinal))
        {
            seen.TrySetResult();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
