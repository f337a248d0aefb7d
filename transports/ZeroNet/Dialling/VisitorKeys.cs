namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The keys that this gateway's clients go by where they visit: one for each isolation key, made when it is first needed and never kept.</summary>
internal sealed class VisitorKeys
{
    // Beyond them the one that was made first is forgotten: its client becomes a new visitor.
    private const int Most = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<IsolationKey, ZeroNetPrivateKey> _keys = [];
    private readonly Queue<IsolationKey> _order = new();

    /// <summary>The key of a client.</summary>
    public ZeroNetPrivateKey Of(IsolationKey isolation)
    {
        lock (_gate)
        {
            if (!_keys.TryGetValue(isolation, out ZeroNetPrivateKey? key))
            {
                if (_order.Count == Most)
                {
                    _keys.Remove(_order.Dequeue());
                }

                _keys.Add(isolation, key = ZeroNetPrivateKey.Create());
                _order.Enqueue(isolation);
            }

            return key;
        }
    }

    /// <summary>Forgets all keys: whoever dials from now on is a new visitor.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _keys.Clear();
            _order.Clear();
        }
    }
}
