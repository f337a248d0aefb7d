namespace Klyntar.Overlay.Testing;

/// <content>The helper that a real transport would have: a program that starts, is lost and comes back.</content>
public sealed partial class InMemoryTransport
{
    // Answered with the helper's life while one runs; with null once none will.
    private TaskCompletionSource<CancellationToken?> _helper = NewSource<CancellationToken?>();
    private TaskCompletionSource<Task> _loss = NewSource<Task>();
    private CancellationTokenSource? _helperLife;
    private bool _hasFailed;

    internal bool IsUp => _helperLife is { IsCancellationRequested: false };

    /// <summary>Ends the helper: connections break, services are unreachable, and after a while it is back.</summary>
    /// <param name="downFor">How long it is gone, on the context's clock.</param>
    public void LoseHelper(TimeSpan downFor = default) => EndHelper(new TransportStatus.Degraded("The helper has ended and is being started again."), downFor);

    /// <summary>Ends the helper for good: the transport has failed and waits for the operator.</summary>
    /// <param name="why">The cause and the next step, as a sentence.</param>
    public void FailHelper(string why)
    {
        EndHelper(new TransportStatus.Failed(why), Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            _hasFailed = true;
            _status.Set(new TransportStatus.Failed(why));
            _helper.TrySetResult(null);
        }

        foreach (InMemoryService service in Services())
        {
            service.Fail(why);
        }
    }

    /// <summary>Waits until a helper runs.</summary>
    /// <returns>The helper's life; null where none will run any more.</returns>
    internal Task<CancellationToken?> WaitForHelperAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _helper.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync(CancellationToken life)
    {
        try
        {
            await Task.Delay(Overlay.Options.StartTime, Clock, life).ConfigureAwait(false);
            while (true)
            {
                Task<Task> loss;
                lock (_gate)
                {
                    life.ThrowIfCancellationRequested();
                    if (_hasFailed)
                    {
                        return;
                    }

                    loss = _loss.Task;
                    _helperLife = CancellationTokenSource.CreateLinkedTokenSource(life);
                    _status.Set(TransportStatus.Ready);
                    _helper.TrySetResult(_helperLife.Token);
                }

                LogReady();
                Task back = await loss.WaitAsync(life).ConfigureAwait(false);
                LogLost();
                await back.ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private void EndHelper(TransportStatus status, TimeSpan downFor)
    {
        Task back;
        CancellationTokenSource helperLife;
        TaskCompletionSource<Task> loss;
        lock (_gate)
        {
            if (!IsUp)
            {
                return;
            }

            helperLife = _helperLife!;
            _helperLife = null;

            // From now on, whenever the loop hears of it: a test may advance its clock at once.
            back = Task.Delay(downFor, Clock, _life.Token);
            _helper = NewSource<CancellationToken?>();
            (loss, _loss) = (_loss, NewSource<Task>());
            _status.Set(status);
        }

        helperLife.Cancel();
        helperLife.Dispose();
        foreach (InMemoryLink link in _links.Keys)
        {
            link.Break();
        }

        loss.SetResult(back);
    }
}
