namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Makes the transport's status from what its client programs do: ready once each is.</summary>
internal sealed class PluggableStatus
{
    private readonly StatusSource<TransportStatus> _source = new(TransportStatus.NotStarted);
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string?> _missing = new(StringComparer.Ordinal);
    private bool _wasReady;

    public IStatus<TransportStatus> Status => _source;

    /// <summary>Work on the way to the first run.</summary>
    public void OnStarting(string what) => _source.Set(new TransportStatus.Starting(0, what));

    /// <summary>These methods' programs are awaited.</summary>
    public void Expect(IEnumerable<string> methods)
    {
        lock (_gate)
        {
            foreach (string method in methods)
            {
                _missing[method] = null;
            }

            Tell();
        }
    }

    /// <summary>A method's program is ready.</summary>
    public void OnReady(string method)
    {
        lock (_gate)
        {
            _missing.Remove(method);
            Tell();
        }
    }

    /// <summary>A method's program is gone, or is of no use, and another run follows.</summary>
    /// <param name="method">The method.</param>
    /// <param name="why">The reason, as a sentence.</param>
    public void OnInterrupted(string method, string why)
    {
        lock (_gate)
        {
            _missing[method] = why;
            Tell();
        }
    }

    /// <summary>The last status.</summary>
    public void Complete(TransportStatus last) => _source.Complete(last);

    private void Tell()
    {
        string? why = _missing.Values.FirstOrDefault(static cause => cause is not null);
        if (_missing.Count == 0)
        {
            _wasReady = true;
            _source.Set(TransportStatus.Ready);
        }
        else if (_wasReady)
        {
            _source.Set(new TransportStatus.Degraded(why ?? $"The program for {_missing.Keys.First()} is being started."));
        }
        else
        {
            _source.Set(new TransportStatus.Starting(0, why ?? $"starting the program for {string.Join(", ", _missing.Keys)}"));
        }
    }
}
