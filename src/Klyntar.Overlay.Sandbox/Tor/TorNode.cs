using System.Globalization;
using System.Net;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Processes;
using Klyntar.Overlay.Transports.Tor;
using Microsoft.Extensions.Logging.Abstractions;

namespace Klyntar.Overlay.Sandbox;

/// <summary>One tor process of a sandbox with its control connection. tor ends with the connection, with this process, or when it is stopped, whichever comes first.</summary>
internal sealed class TorNode : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly HelperProcess _process;
    private readonly TimeProvider _clock;

    private TorNode(string name, HelperProcess process, TorControlConnection control, TimeProvider clock)
    {
        Name = name;
        _process = process;
        Control = control;
        _clock = clock;
    }

    /// <summary>Its name in messages.</summary>
    public string Name { get; }

    /// <summary>The authenticated control connection that owns it.</summary>
    public TorControlConnection Control { get; }

    /// <summary>Its process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Completes when it has ended.</summary>
    public Task<HelperExit> Exited => _process.Exited;

    /// <summary>Starts a tor and waits for its control port.</summary>
    /// <exception cref="OverlayException">It ended or did not answer; the message holds its last words.</exception>
    public static async Task<TorNode> StartAsync(string name, HelperProgram program, TorNodeFolder folder, IReadOnlyCollection<string> torrc, TimeProvider clock, CancellationToken cancellationToken)
    {
        folder.Prepare(torrc);
        HelperProcess process = await HelperProcess.StartAsync(
            new HelperProcessOptions
            {
                Name = name,
                Program = program,
                Arguments = ["-f", folder.Torrc, "--defaults-torrc", folder.EmptyTorrc],
                WorkingDirectory = folder.Path,
                Clock = clock,
            },
            cancellationToken);
        try
        {
            IPEndPoint port = await WhileRunningAsync(name, process, "opening its control port", c => ControlPortAsync(folder.ControlPortFile, clock, c), cancellationToken);
            TorControlConnection control = await WhileRunningAsync(name, process, "letting us control it", c => ConnectAsync(port, clock, c), cancellationToken);
            return new TorNode(name, process, control, clock);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks again and again until the answer is yes.</summary>
    /// <param name="what">What is awaited, for the message of a failure: "voting".</param>
    /// <param name="isDone">The question.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">tor ended meanwhile.</exception>
    public Task PollAsync(string what, Func<TorControlConnection, CancellationToken, Task<bool>> isDone, CancellationToken cancellationToken) =>
        DoAsync<object?>(what, async (control, c) =>
        {
            while (!await isDone(control, c))
            {
                await Task.Delay(PollInterval, _clock, c);
            }

            return null;
        }, cancellationToken);

    /// <summary>Does something with the control connection, and fails with tor's last words where tor ends meanwhile.</summary>
    public Task<T> DoAsync<T>(string what, Func<TorControlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        WhileRunningAsync(Name, _process, what, c => work(Control, c), cancellationToken);

    /// <summary>What tor said last, for messages.</summary>
    public string LastWords => LastWordsOf(_process);

    /// <summary>Ends it as a crash would.</summary>
    public async Task KillAsync()
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(_process.Id);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It has ended already.
        }

        await _process.Exited;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // First the process: a control connection that closes would make tor log an interrupt.
        await _process.DisposeAsync();
        await Control.DisposeAsync();
    }

    private static async Task<TorControlConnection> ConnectAsync(IPEndPoint port, TimeProvider clock, CancellationToken cancellationToken)
    {
        EngineSocket socket = await SocketEngine.Portable.ConnectAsync(port, null, cancellationToken);
        var control = new TorControlConnection(socket, new ControlConnectionOptions { Clock = clock }, NullLogger.Instance);
        try
        {
            await ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials(), cancellationToken);

            // From now on tor ends when this connection does, in whichever way that comes about.
            await control.ExecuteAsync(ControlCommand.TakeOwnership(), cancellationToken);
            return control;
        }
        catch
        {
            await control.DisposeAsync();
            throw;
        }
    }

    private static async Task<T> WhileRunningAsync<T>(string name, HelperProcess process, string what, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<T> working = work(ended.Token);
        if (await Task.WhenAny(working, process.Exited) == working)
        {
            return await working;
        }

        await ended.CancelAsync();
        await ((Task)working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        HelperExit exit = await process.Exited;
        throw new TorEndedException(
            $"The sandbox's tor {name} ended while {what} (exit code {exit.ExitCode.ToString(CultureInfo.InvariantCulture)}). Its last words: {LastWordsOf(process)}",
            process.RecentOutput);
    }

    private static string LastWordsOf(HelperProcess process)
    {
        const int Most = 6;
        IReadOnlyList<string> lines = process.RecentOutput;
        string[] telling = [.. lines.Where(l => l.Contains("[warn]", StringComparison.Ordinal) || l.Contains("[err]", StringComparison.Ordinal)).TakeLast(Most)];
        IEnumerable<string> chosen = telling.Length > 0 ? telling : lines.TakeLast(Most);
        return string.Join(" / ", chosen) is { Length: > 0 } words ? words : "none.";
    }

    private static async Task<IPEndPoint> ControlPortAsync(string file, TimeProvider clock, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (File.Exists(file))
            {
                // tor renames it into place, so it is whole: PORT=127.0.0.1:1234
                string text = await File.ReadAllTextAsync(file, cancellationToken);
                if (text.StartsWith("PORT=", StringComparison.Ordinal) && IPEndPoint.TryParse(text.AsSpan(5).Trim(), out IPEndPoint? endPoint))
                {
                    return endPoint;
                }
            }

            await Task.Delay(PollInterval, clock, cancellationToken);
        }
    }
}

/// <summary>A tor of the sandbox ended by itself.</summary>
internal sealed class TorEndedException(string message, IReadOnlyList<string> output) : OverlayException(message)
{
    /// <summary>Whether the cause is a port that somebody else took first.</summary>
    public bool IsAddressInUse { get; } = output.Any(l => l.Contains("Address already in use", StringComparison.Ordinal));
}
