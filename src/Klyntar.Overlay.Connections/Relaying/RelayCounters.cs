namespace Klyntar.Overlay.Connections;

/// <summary>Live figures of the relays that share it: one for a door or a service, read at any time for its status. Counting allocates nothing.</summary>
public sealed class RelayCounters
{
    private long _open;
    private long _total;
    private long _bytesForward;
    private long _bytesBack;

    /// <summary>Relays that run now.</summary>
    public long Open => Interlocked.Read(ref _open);

    /// <summary>Relays that were ever started.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>Bytes written from first connections to second ones.</summary>
    public long BytesForward => Interlocked.Read(ref _bytesForward);

    /// <summary>Bytes written from second connections to first ones.</summary>
    public long BytesBack => Interlocked.Read(ref _bytesBack);

    internal void OnStarted()
    {
        _ = Interlocked.Increment(ref _open);
        _ = Interlocked.Increment(ref _total);
    }

    internal void OnEnded() => Interlocked.Decrement(ref _open);

    internal void Add(bool forward, long bytes) => Interlocked.Add(ref forward ? ref _bytesForward : ref _bytesBack, bytes);
}
