namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Keeps a key's session from being begun again too soon after its end: i2pd takes it, and lets it die in silence.</summary>
/// <param name="clock">The clock.</param>
internal sealed class KeyRests(TimeProvider clock)
{
    // Two seconds were too few, and six enough.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(6);

    private readonly Lock _gate = new();

    // Another gateway may have used the key a moment ago, such as this one before it was restarted.
    private long? _unknownSince = clock.GetTimestamp();
    private readonly Dictionary<string, long> _ended = new(StringComparer.Ordinal);

    /// <summary>A session of a key has ended.</summary>
    public void OnEnded(string host)
    {
        lock (_gate)
        {
            foreach (string old in _ended.Where(entry => Left(entry.Value) == TimeSpan.Zero).Select(static entry => entry.Key).ToArray())
            {
                _ended.Remove(old);
            }

            _ended[host] = clock.GetTimestamp();
        }
    }

    /// <summary>The router itself has ended, and with it whatever it remembers.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _ended.Clear();
            _unknownSince = null;
        }
    }

    /// <summary>Waits until a key's session may be begun.</summary>
    public Task WaitAsync(string host, CancellationToken cancellationToken)
    {
        TimeSpan left;
        lock (_gate)
        {
            left = (_ended.TryGetValue(host, out long since) ? since : _unknownSince) is { } from ? Left(from) : TimeSpan.Zero;
        }

        return left > TimeSpan.Zero ? Task.Delay(left, clock, cancellationToken) : Task.CompletedTask;
    }

    private TimeSpan Left(long since) => Rest - clock.GetElapsedTime(since) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
}
