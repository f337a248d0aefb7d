using System.Runtime.CompilerServices;

namespace Klyntar.Overlay;

/// <summary>The writing end of an <see cref="IStatus{T}"/>.</summary>
/// <typeparam name="T">The kind of status, compared by its own equality: setting an equal value is no change.</typeparam>
public sealed class StatusSource<T> : IStatus<T>
    where T : class
{
    private readonly Lock _gate = new();
    private Node _latest;

    /// <summary>Makes a source.</summary>
    /// <param name="initial">The first value.</param>
    public StatusSource(T initial)
    {
        ArgumentNullException.ThrowIfNull(initial);
        _latest = new Node(initial, isLast: false);
    }

    /// <inheritdoc/>
    public T Current => Volatile.Read(ref _latest).Value;

    /// <summary>Sets the value and wakes whoever watches. Ignored after <see cref="Complete"/>.</summary>
    public void Set(T value) => Advance(value, isLast: false);

    /// <summary>Sets the last value; no change can follow.</summary>
    public void Complete(T value) => Advance(value, isLast: true);

    /// <inheritdoc/>
    public async IAsyncEnumerable<T> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Node node = Volatile.Read(ref _latest);
        T? seen = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            // The last value may repeat the one before it: completing is then no change.
            if (!node.IsLast || !node.Value.Equals(seen))
            {
                yield return node.Value;
            }

            if (node.IsLast)
            {
                yield break;
            }

            seen = node.Value;
            await node.Superseded.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            node = Volatile.Read(ref _latest);
        }
    }

    private void Advance(T value, bool isLast)
    {
        ArgumentNullException.ThrowIfNull(value);
        Node previous;
        lock (_gate)
        {
            previous = _latest;
            if (previous.IsLast || (!isLast && previous.Value.Equals(value)))
            {
                return;
            }

            Volatile.Write(ref _latest, new Node(value, isLast));
        }

        previous.Superseded.TrySetResult();
    }

    private sealed class Node(T value, bool isLast)
    {
        public T Value { get; } = value;

        public bool IsLast { get; } = isLast;

        public TaskCompletionSource Superseded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
