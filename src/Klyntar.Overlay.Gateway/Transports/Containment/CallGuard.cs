namespace Klyntar.Overlay.Gateway;

/// <summary>Calls a plugin's code on threads of the pool and waits for it only so long, so that code which hangs holds up nothing but itself.</summary>
/// <remarks>A thread that hangs cannot be ended: true isolation is what out-of-process transports are for. So after a call that hangs no further one is begun until it returns.</remarks>
internal sealed class CallGuard(TransportFaults faults, TimeProvider clock)
{
    private int _hanging;

    /// <summary>Told the member that hangs, so that nothing else is called; and null when all have returned.</summary>
    public Action<string?>? OnHanging { get; init; }

    /// <summary>What loading and making may take.</summary>
    public static TimeSpan MakeLimit { get; } = TimeSpan.FromSeconds(10);

    /// <summary>What a call without the network may take.</summary>
    public static TimeSpan QuickLimit { get; } = TimeSpan.FromSeconds(5);

    /// <summary>What a call that answers when its work has begun may take.</summary>
    public static TimeSpan AnswerLimit { get; } = TimeSpan.FromSeconds(60);

    /// <summary>What a call may take longer than its own limit or after it was cancelled.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Makes what returns at once, before there is a guard for it.</summary>
    /// <param name="making">Makes it.</param>
    /// <exception cref="TransportHangsException">It does not return.</exception>
    public static T Make<T>(Func<T> making)
    {
        var made = Task.Run(making);
        try
        {
            return made.WaitAsync(MakeLimit).GetAwaiter().GetResult();
        }
        catch (TimeoutException) when (!made.IsCompleted)
        {
            throw new TransportHangsException($"It did not return within {MakeLimit.TotalSeconds:0} s.");
        }
    }

    /// <summary>Calls what returns at once. Its exceptions are passed on.</summary>
    /// <param name="member">What is called, for the status.</param>
    /// <param name="call">The call.</param>
    /// <exception cref="TransportHangsException">It does not return, or another call has not.</exception>
    public T Call<T>(string member, Func<T> call)
    {
        if (Volatile.Read(ref _hanging) > 0)
        {
            throw new TransportHangsException();
        }

        var calling = Task.Run(call);
        try
        {
            return calling.WaitAsync(QuickLimit, clock).GetAwaiter().GetResult();
        }
        catch (TimeoutException) when (!calling.IsCompleted)
        {
            faults.Hangs(member, QuickLimit);
            Interlocked.Increment(ref _hanging);
            OnHanging?.Invoke(member);
            _ = calling.ContinueWith(
                _ =>
                {
                    if (Interlocked.Decrement(ref _hanging) == 0)
                    {
                        OnHanging?.Invoke(null);
                    }
                },
                TaskScheduler.Default);
            throw new TransportHangsException();
        }
    }

    /// <summary>Calls what may take its time. Its exceptions are passed on.</summary>
    /// <param name="member">What is called, for the status.</param>
    /// <param name="call">The call.</param>
    /// <param name="limit">How long it is waited for; infinite for as long as it is not cancelled.</param>
    /// <param name="onHang">The answer in place of one that does not come in time.</param>
    /// <param name="onLate">Takes an answer that nobody waits for any more.</param>
    /// <param name="cancellationToken">The call's own token; it is waited for a little longer.</param>
    public async Task<T> CallAsync<T>(string member, Func<Task<T>> call, TimeSpan limit, Func<T> onHang, Action<T>? onLate, CancellationToken cancellationToken)
    {
        var calling = Task.Run(call, CancellationToken.None);
        using var over = new CancellationTokenSource();
        Task patience = PatienceAsync(limit, cancellationToken, over.Token);
        bool isDone = await Task.WhenAny(calling, patience) == calling;
        await over.CancelAsync();
        if (isDone)
        {
            return await calling;
        }

        faults.Hangs(member, limit == Timeout.InfiniteTimeSpan ? Grace : limit);
        _ = calling.ContinueWith(
            late =>
            {
                if (late.IsCompletedSuccessfully)
                {
                    onLate?.Invoke(late.Result);
                }
                else
                {
                    // Observed: nobody waits for it.
                    _ = late.Exception;
                }
            },
            TaskScheduler.Default);
        return onHang();
    }

    private async Task PatienceAsync(TimeSpan limit, CancellationToken cancellationToken, CancellationToken over)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over);
        await Task.Delay(limit, clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Grace, clock, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
