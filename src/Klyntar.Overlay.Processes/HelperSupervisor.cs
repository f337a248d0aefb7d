using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Processes;

/// <summary>Keeps one helper process alive: runs it, restarts it with back-off and jitter when it or its session ends, and ends it with this process.</summary>
public sealed class HelperSupervisor
{
    /// <summary>Makes a supervisor.</summary>
    /// <param name="options">The process. Asked anew before each run, so that ports and paths may change.</param>
    /// <param name="backOff">How long to wait between runs.</param>
    /// <param name="logger">Gets starts, ends and waits.</param>
    public HelperSupervisor(Func<CancellationToken, ValueTask<HelperProcessOptions>> options, RestartBackOff backOff, ILogger logger)
    {
        _ = options;
        _ = backOff;
        _ = logger;
    }

    /// <summary>Told why a run ended and how long until the next.</summary>
    public Action<HelperInterruption>? OnInterrupted { get; init; }

    /// <summary>Runs until stopped. Each run starts the process and then the session; when either ends, the other is ended and the next run follows.</summary>
    /// <param name="session">What to do with a running process: connect to it, serve, return or throw when it is of no use any more. Its token is cancelled when the process ends.</param>
    /// <param name="cancellationToken">Stops: the process is ended before this returns.</param>
    public Task RunAsync(Func<HelperProcess, CancellationToken, Task> session, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>Why a run ended.</summary>
/// <param name="Why">The cause, as a sentence.</param>
/// <param name="NextRunIn">How long until the next run.</param>
/// <param name="Failures">How many runs failed in a row.</param>
public sealed record HelperInterruption(string Why, TimeSpan NextRunIn, int Failures);

/// <summary>Waits between runs: doubling from the first to the longest, with jitter, and starting over after a run that lasted.</summary>
public sealed record RestartBackOff
{
    /// <summary>The wait after the first failure.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A run that lasted this long was a success.</summary>
    public TimeSpan Lasting { get; init; } = TimeSpan.FromSeconds(30);
}
