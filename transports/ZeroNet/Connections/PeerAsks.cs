namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Our requests over one connection that wait for their answers.</summary>
/// <param name="most">How many may wait at once.</param>
internal sealed class PeerAsks(int most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, PeerAsk> _waiting = [];
    private PeerException? _over;
    private long _lastId;
    private int _abandoned;

    /// <summary>Begins to wait for an answer.</summary>
    /// <param name="kind">What the answer brings with it; a handshake has the number 0, as real nodes send it.</param>
    /// <param name="mostRaw">The most raw bytes that may follow the answer.</param>
    /// <exception cref="PeerException">The connection has ended, or too many wait.</exception>
    public PeerAsk Open(PeerAskKind kind, int mostRaw)
    {
        lock (_gate)
        {
            if (_over is not null)
            {
                throw _over.Again();
            }

            if (_waiting.Count >= most)
            {
                throw PeerException.Of(PeerFailure.Busy);
            }

            PeerAsk ask = new(kind == PeerAskKind.Handshake ? 0 : ++_lastId, kind, mostRaw);
            _waiting.Add(ask.Id, ask);
            return ask;
        }
    }

    /// <summary>The request that an answer is to.</summary>
    /// <param name="to">The number that the answer names.</param>
    /// <param name="isLate">Where there is none: whether a request was given up, so that an answer to it may still come.</param>
    /// <returns>The request, which waits no more; null where none waits.</returns>
    public PeerAsk? Take(long to, out bool isLate)
    {
        lock (_gate)
        {
            isLate = false;
            if (_waiting.Remove(to, out PeerAsk? ask))
            {
                return ask;
            }

            if (_abandoned > 0 && to <= _lastId)
            {
                _abandoned--;
                isLate = true;
            }

            return null;
        }
    }

    /// <summary>Waits no more for an answer.</summary>
    public void Abandon(PeerAsk ask)
    {
        lock (_gate)
        {
            if (_waiting.Remove(ask.Id))
            {
                _abandoned++;
            }
        }
    }

    /// <summary>Tells all who wait, and all who ask from now on, that no answer comes.</summary>
    public void Fail(PeerException failure)
    {
        PeerAsk[] waiting;
        lock (_gate)
        {
            _over ??= failure;
            waiting = [.. _waiting.Values];
            _waiting.Clear();
        }

        foreach (PeerAsk ask in waiting)
        {
            ask.Fail(failure.Again());
        }
    }
}
