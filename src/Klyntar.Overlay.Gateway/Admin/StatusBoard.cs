using System.Runtime.CompilerServices;

namespace Klyntar.Overlay.Gateway;

/// <summary>The whole gateway's status: made afresh when asked for, and watched without cost to whoever changes it.</summary>
/// <remarks>States show at once; counters, which change with every connection, once a second while somebody watches.</remarks>
internal sealed class StatusBoard(Func<GatewayStatus> snapshot, TimeProvider clock) : IStatus<GatewayStatus>
{
    internal static readonly TimeSpan CounterInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _completed;

    public GatewayStatus Current => snapshot();

    /// <summary>Tells the board that a state has changed.</summary>
    public void Changed()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }

    /// <summary>Tells the board that nothing will change any more.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
        }

        _changed.TrySetResult();
    }

    /// <summary>Follows a status until it ends or the token is cancelled.</summary>
    public async Task FollowAsync<T>(IStatus<T> status, CancellationToken cancellationToken)
    {
        await foreach (T _ in status.WatchAsync(cancellationToken))
        {
            Changed();
        }
    }

    public async IAsyncEnumerable<GatewayStatus> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        GatewayStatus? seen = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            Task changed;
            bool isLast;
            lock (_gate)
            {
                (changed, isLast) = (_changed.Task, _completed);
            }

            GatewayStatus status = snapshot();
            if (seen is null || !Same(seen, status))
            {
                seen = status;
                yield return status;
            }

            if (isLast)
            {
                yield break;
            }

            using var tick = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(CounterInterval, clock, tick.Token));
            await tick.CancelAsync();
        }
    }

    private static bool Same(GatewayStatus a, GatewayStatus b) =>
        a.Socks.SequenceEqual(b.Socks) && a.Transports.SequenceEqual(b.Transports) && a.Services.SequenceEqual(b.Services) && a.Peers.SequenceEqual(b.Peers);
}
