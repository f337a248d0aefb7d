using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Processes;

/// <summary>Keeps one helper process alive: runs it, restarts it with back-off and jitter when it or its session ends, and ends it with this process.</summary>
public sealed partial class HelperSupervisor
{
    private readonly Func<CancellationToken, ValueTask<HelperProcessOptions>> _options;
    private readonly RestartBackOff _backOff;
    private readonly ILogger _logger;
    private volatile RestartLoop? _loop;

    /// <summary>Makes a supervisor.</summary>
    /// <param name="options">The process. Asked anew before each run, so that ports and paths may change.</param>
    /// <param name="backOff">How long to wait between runs.</param>
    /// <param name="logger">Gets starts, ends and waits.</param>
    public HelperSupervisor(Func<CancellationToken, ValueTask<HelperProcessOptions>> options, RestartBackOff backOff, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(backOff);
        ArgumentNullException.ThrowIfNull(logger);
        backOff.Check();
        _options = options;
        _backOff = backOff;
        _logger = logger;
    }

    /// <summary>Told why a run ended and how long until the next, after the process has ended. The wait runs already.</summary>
    public Action<HelperInterruption>? OnInterrupted { get; init; }

    /// <summary>The clock of the waits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Told by a session that the process does what it is for. If it ends a second later or more, that is no failure to start, and the next one follows after the first wait.</summary>
    public void OnWorking() => _loop?.OnWorking();

    /// <summary>Runs until stopped. Each run starts the process and then the session; when either ends, the other is ended and the next run follows. Cancellation is no exception.</summary>
    /// <param name="session">What to do with a running process: connect to it, serve, return or throw when it is of no use any more. Its token is cancelled when the process ends.</param>
    /// <param name="cancellationToken">Stops: the session is given the process's <see cref="HelperProcessOptions.StopGrace"/> to end in good order, and the process is ended before this returns.</param>
    public async Task RunAsync(Func<HelperProcess, CancellationToken, Task> session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        var loop = new RestartLoop(_backOff, _logger) { Clock = Clock, OnInterrupted = OnInterrupted };
        _loop = loop;
        await loop.RunContainedAsync(stop => RunOnceAsync(session, stop), cancellationToken).ConfigureAwait(false);
    }

    private async Task<RunEnd> RunOnceAsync(Func<HelperProcess, CancellationToken, Task> session, CancellationToken cancellationToken)
    {
        HelperProcess process;
        HelperProcessOptions options;
        try
        {
            options = await _options(cancellationToken).ConfigureAwait(false);
            process = await HelperProcess.StartAsync(options, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever keeps it from starting is told as the Why and tried again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return RunEnd.Because(error);
        }

        await using (process.ConfigureAwait(false))
        {
            Log.Started(_logger, process.Name, process.Id);
            Exception? failure = await ServeAsync(process, options, session, cancellationToken).ConfigureAwait(false);
            await process.StopAsync().ConfigureAwait(false);
            Log.Ended(_logger, process.Name);
            return await RunEnd.OfAsync(process, failure).ConfigureAwait(false);
        }
    }

    /// <summary>Runs the session until it, or the process, has ended. Gives what the session threw, unless that is only its cancellation.</summary>
    private async Task<Exception?> ServeAsync(HelperProcess process, HelperProcessOptions options, Func<HelperProcess, CancellationToken, Task> session, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task serving = Guarded(process, session, ended.Token);
        Task stopped = Task.Delay(Timeout.InfiniteTimeSpan, Clock, ended.Token);
        await Task.WhenAny(serving, process.Exited, stopped).ConfigureAwait(false);
        if (!serving.IsCompleted && !process.Exited.IsCompleted)
        {
            // Stopped: the session may end in good order while the process still serves it, but not for ever.
            using CancellationTokenSource inTime = new();
            await Task.WhenAny(serving, process.Exited, Task.Delay(options.StopGrace, Clock, inTime.Token)).ConfigureAwait(false);
            await inTime.CancelAsync().ConfigureAwait(false);
            await process.StopAsync().ConfigureAwait(false);
        }

        bool wasAskedToEnd = ended.IsCancellationRequested || !serving.IsCompleted;
        await ended.CancelAsync().ConfigureAwait(false);
        try
        {
            await serving.ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (wasAskedToEnd)
        {
            return null;
        }
#pragma warning disable CA1031 // The session's failure is kept as the Why.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return error;
        }
    }

    // A session that throws before its first await must not leave the process behind.
    private static async Task Guarded(HelperProcess process, Func<HelperProcess, CancellationToken, Task> session, CancellationToken ended) =>
        await session(process, ended).ConfigureAwait(false);
}
