using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Processes;

/// <summary>Runs something that should last for ever again and again, with back-off and jitter between the runs.</summary>
public sealed partial class RestartLoop
{
    // What ends sooner than that after it said that it works will end so again.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    private readonly RestartBackOff _backOff;
    private readonly ILogger _logger;
    private long? _workedSince;

    /// <summary>Makes a loop.</summary>
    /// <param name="backOff">How long to wait between runs.</param>
    /// <param name="logger">Gets ends and waits.</param>
    public RestartLoop(RestartBackOff backOff, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(backOff);
        ArgumentNullException.ThrowIfNull(logger);
        backOff.Check();
        _backOff = backOff;
        _logger = logger;
    }

    /// <summary>Told why a run ended and how long until the next. The wait runs already.</summary>
    public Action<HelperInterruption>? OnInterrupted { get; init; }

    /// <summary>The clock of the waits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Told by a run that it does what it is for. If it ends a second later or more, that is no failure to start, and the next one follows after the first wait.</summary>
    public void OnWorking() => _workedSince ??= Clock.GetTimestamp();

    /// <summary>Runs until stopped. Cancellation is no exception.</summary>
    /// <param name="run">One run; whatever it throws is why it ended.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task RunAsync(Func<CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        return RunContainedAsync(Contained, cancellationToken);

        async Task<RunEnd> Contained(CancellationToken stop)
        {
            try
            {
                await run(stop).ConfigureAwait(false);
                return new RunEnd("It ended by itself.", null);
            }
#pragma warning disable CA1031 // Whatever ends it is told as the Why, and it is run again.
            catch (Exception error)
#pragma warning restore CA1031
            {
                return RunEnd.Because(error);
            }
        }
    }

    // Not an overload: a lambda that only throws would be taken for this one, and its exception for a bug.
    internal async Task RunContainedAsync(Func<CancellationToken, Task<RunEnd>> run, CancellationToken cancellationToken)
    {
        int failures = 0;
        int soonEnded = 0;
        string? told = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            long started = Clock.GetTimestamp();
            _workedSince = null;
            RunEnd end = await run(cancellationToken).ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            bool lasted = Clock.GetElapsedTime(started) >= _backOff.Lasting;
            bool worked = _workedSince is { } since && Clock.GetElapsedTime(since) >= Settled;
            failures = lasted || worked ? 0 : failures + 1;
            soonEnded = lasted ? 0 : soonEnded + 1;

            // What stays wrong for days is warned of once.
            LogLevel level = soonEnded > 1 && end.Why == told ? LogLevel.Debug : LogLevel.Warning;
            told = end.Why;
            await WaitAsync(end, failures, level, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(RunEnd end, int failures, LogLevel level, CancellationToken cancellationToken)
    {
#pragma warning disable CA5394 // Jitter is no secret.
        TimeSpan wait = _backOff.Wait(failures, Random.Shared.NextDouble());
#pragma warning restore CA5394
        Task waiting = Task.Delay(wait, Clock, cancellationToken);
        Log.Interrupted(_logger, level, end.Why, wait.TotalSeconds, failures);
        if (end.Cause is not null)
        {
            Log.Cause(_logger, end.Cause);
        }

        OnInterrupted?.Invoke(new HelperInterruption(end.Why, wait, failures) { Cause = end.Cause });
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
