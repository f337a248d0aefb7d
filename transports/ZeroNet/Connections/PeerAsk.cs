namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A request of ours that waits for its answer.</summary>
/// <param name="id">What the answer is told by.</param>
/// <param name="kind">What the answer brings with it.</param>
/// <param name="mostRaw">The most raw bytes that may follow the answer.</param>
internal sealed class PeerAsk(long id, PeerAskKind kind, int mostRaw)
{
    private readonly TaskCompletionSource<PeerAnswered> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isBegun;

    /// <summary>What the answer is told by.</summary>
    public long Id => id;

    /// <summary>What the answer brings with it.</summary>
    public PeerAskKind Kind => kind;

    /// <summary>The most raw bytes that may follow the answer.</summary>
    public int MostRaw => mostRaw;

    /// <summary>Whether the answer has come, and only what it brings is awaited. The connection sees to that being in time.</summary>
    public bool IsBegun
    {
        get => _isBegun;
        set => _isBegun = value;
    }

    /// <summary>The answer.</summary>
    public Task<PeerAnswered> Answered => _answered.Task;

    /// <summary>Gives the answer to whoever waits.</summary>
    /// <returns>False where nobody waits any more, so that what came is the giver's.</returns>
    public bool TryComplete(PeerAnswered answered) => _answered.TrySetResult(answered);

    /// <summary>Says that no answer comes.</summary>
    public void Fail(PeerException failure)
    {
        if (_answered.TrySetException(failure))
        {
            // Whoever asked may have gone, and nobody else looks.
            _ = _answered.Task.Exception;
        }
    }

    /// <summary>Waits no more.</summary>
    /// <returns>False where the answer has come all the same.</returns>
    public bool TryAbandon() => _answered.TrySetCanceled();
}
