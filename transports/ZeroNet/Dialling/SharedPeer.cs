using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>One connection to a peer, and all who use it at once.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing and may be cancelled late; nor does a semaphore whose handle nobody asked for.")]
internal sealed class SharedPeer : IAsyncDisposable
{
    // Each has one question under way, of which a connection takes more; peers answer one after the other.
    private const int AtOnce = 8;

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _places = new(AtOnce, AtOnce);
    private readonly Task<(PeerConnection? Connection, DialError? Error)> _opening;

    /// <summary>Begins to connect.</summary>
    /// <param name="open">Connects, until nobody waits for it any more.</param>
    public SharedPeer(Func<CancellationToken, Task<(PeerConnection? Connection, DialError? Error)>> open) => _opening = OpenAsync(open);

    /// <summary>How many use it or wait for it. For the opener, under its lock.</summary>
    public int Users { get; set; }

    /// <summary>Whether it is of no more use: nobody was reached, or the connection has ended.</summary>
    public bool IsOver => _opening.IsCompleted && _opening is not { IsCompletedSuccessfully: true, Result.Connection.Ended.IsCompleted: false };

    /// <summary>Waits for the connection, and for a place at it, which is given up by <see cref="GiveUpPlace"/>.</summary>
    /// <param name="cancellationToken">Waits no longer.</param>
    /// <returns>The connection, or why there is none, and no place either.</returns>
    public async Task<(PeerConnection? Connection, DialError? Error)> EnterAsync(CancellationToken cancellationToken)
    {
        (PeerConnection? Connection, DialError? Error) opened = await _opening.WaitAsync(cancellationToken);
        if (opened.Connection is not null)
        {
            await _places.WaitAsync(cancellationToken);
        }

        return opened;
    }

    /// <summary>Lets the next one in.</summary>
    public void GiveUpPlace() => _places.Release();

    /// <summary>Connects no longer, and ends the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)_opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_opening is { IsCompletedSuccessfully: true, Result.Connection: { } connection })
        {
            await connection.DisposeAsync();
        }
    }

    private async Task<(PeerConnection? Connection, DialError? Error)> OpenAsync(Func<CancellationToken, Task<(PeerConnection? Connection, DialError? Error)>> open)
    {
        // Off the opener's lock.
        await Task.Yield();
        return await open(_stop.Token);
    }
}
