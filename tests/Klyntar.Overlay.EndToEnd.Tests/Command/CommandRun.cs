using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>A run of the command <c>klyntar-overlay</c>, or of an example, as a person would start it.</summary>
internal sealed class CommandRun : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Channel<string> _log = Channel.CreateUnbounded<string>();
    private readonly ConcurrentQueue<string> _all = new();
    private readonly Task _reading;

    private CommandRun(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _lines.Writer), ReadAsync(process.StandardError, _log.Writer));
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>All that it wrote so far.</summary>
    public string Output => string.Join('\n', _all);

    /// <summary>Starts the command.</summary>
    /// <param name="network">Whose tor it finds on its PATH, where the tests were given one.</param>
    /// <param name="arguments">Its arguments.</param>
    public static CommandRun Start(PrivateTor network, params string[] arguments) =>
        Start(network, new ProcessStartInfo(Program(AppContext.BaseDirectory, "klyntar-overlay")), arguments);

    /// <summary>Starts an example.</summary>
    /// <param name="network">Whose tor it finds on its PATH, where the tests were given one.</param>
    /// <param name="name">Its name.</param>
    /// <param name="configuration">The path of its gateway's configuration.</param>
    /// <param name="arguments">Its arguments.</param>
    public static CommandRun StartExample(PrivateTor network, string name, string configuration, params string[] arguments)
    {
        // artifacts/bin/PROJECT/CONFIGURATION
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var info = new ProcessStartInfo(Program(Path.Combine(own.Parent!.Parent!.FullName, name, own.Name), name));
        info.Environment["Overlay__Configuration"] = configuration;
        return Start(network, info, arguments);
    }

    private static string Program(string folder, string name) => Path.Combine(folder, OperatingSystem.IsWindows() ? $"{name}.exe" : name);

    private static CommandRun Start(PrivateTor network, ProcessStartInfo info, string[] arguments)
    {
        info.RedirectStandardInput = true;
        info.RedirectStandardOutput = true;
        info.RedirectStandardError = true;
        foreach (string argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        if (network.GivenPath is { } tor)
        {
            info.Environment["PATH"] = $"{Path.GetDirectoryName(tor)}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        }

        return new CommandRun(Process.Start(info)!);
    }

    /// <summary>Waits for a line of its standard output.</summary>
    /// <param name="isAwaited">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<string> LineAsync(Func<string, bool> isAwaited, CancellationToken cancellationToken) => LineAsync(_lines.Reader, isAwaited, cancellationToken);

    /// <summary>Waits for a line of its log, which is its standard error.</summary>
    /// <param name="isAwaited">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<string> LogLineAsync(Func<string, bool> isAwaited, CancellationToken cancellationToken) => LineAsync(_log.Reader, isAwaited, cancellationToken);

    private async Task<string> LineAsync(ChannelReader<string> lines, Func<string, bool> isAwaited, CancellationToken cancellationToken)
    {
        await foreach (string line in lines.ReadAllAsync(cancellationToken))
        {
            if (isAwaited(line))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The command ended before it said what was awaited. It said:\n{Output}");
    }

    /// <summary>Writes its standard input, to the end.</summary>
    public async Task WriteAsync(string input)
    {
        await _process.StandardInput.WriteAsync(input);
        _process.StandardInput.Close();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _reading;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader from, ChannelWriter<string> lines)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            _all.Enqueue(line);
            lines.TryWrite(line);
        }

        lines.TryComplete();
    }
}
