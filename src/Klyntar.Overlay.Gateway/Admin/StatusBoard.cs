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

    /// <summary>The same for whoever needs no counters: nobody is woken while no state changes.</summary>
    public IStatus<GatewayStatus> States => new StateWatch(this);

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

    public IAsyncEnumerable<GatewayStatus> WatchAsync(CancellationToken cancellationToken = default) => WatchAsync(CounterInterval, cancellationToken);

    private async IAsyncEnumerable<GatewayStatus> WatchAsync(TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken)
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
            await Task.WhenAny(changed, Task.Delay(interval, clock, tick.Token));
            await tick.CancelAsync();
        }
    }

    private static bool Same(GatewayStatus a, GatewayStatus b) =>
        a.Socks.SequenceEqual(b.Socks) && a.Transports.SequenceEqual(b.Transports) && a.Services.SequenceEqual(b.Services) && a.Peers.SequenceEqual(b.Peers);

    private sealed class StateWatch(StatusBoard board) : IStatus<GatewayStatus>
    {
        public GatewayStatus Current => board.Current;

        public IAsyncEnumerable<GatewayStatus> WatchAsync(CancellationToken cancellationToken = default) => board.WatchAsync(Timeout.InfiniteTimeSpan, cancellationToken);
    }
}
