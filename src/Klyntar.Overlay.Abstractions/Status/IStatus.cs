namespace Klyntar.Overlay;

/// <summary>A status that changes: its present value and the changes to come.</summary>
/// <typeparam name="T">The kind of status.</typeparam>
public interface IStatus<T>
{
    /// <summary>The present value.</summary>
    T Current { get; }

    /// <summary>The present value and then each change. A slow reader skips to the latest; it never holds the source up. Ends when no change can follow.</summary>
    /// <param name="cancellationToken">Ends the watch without an exception.</param>
    IAsyncEnumerable<T> WatchAsync(CancellationToken cancellationToken = default);
}
