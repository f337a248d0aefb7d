namespace Klyntar.Overlay.Processes;

/// <summary>One run of a helper process. It ends when it is disposed, and at the latest when this process ends, however that ends.</summary>
public sealed class HelperProcess : IAsyncDisposable
{
    private HelperProcess()
    {
    }

    /// <summary>Its process id.</summary>
    public int Id => throw new NotImplementedException();

    /// <summary>Completes when it has ended and its output is read.</summary>
    public Task<HelperExit> Exited => throw new NotImplementedException();

    /// <summary>The last lines of its output, at most 50, for messages.</summary>
    public IReadOnlyList<string> RecentOutput => throw new NotImplementedException();

    /// <summary>Starts a process.</summary>
    /// <exception cref="OverlayException">It cannot be started.</exception>
    public static ValueTask<HelperProcess> StartAsync(HelperProcessOptions options, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Asks it to end (SIGTERM) and kills it after the grace period. Returns when it has ended.</summary>
    public Task StopAsync() => throw new NotImplementedException();

    /// <summary>Ends it as <see cref="StopAsync"/>.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>How a helper process ended.</summary>
/// <param name="ExitCode">Its exit code; 128 + the signal's number where a signal ended it.</param>
/// <param name="WasStopped">Whether it was asked to end.</param>
public sealed record HelperExit(int ExitCode, bool WasStopped);
