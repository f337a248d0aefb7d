using System.Collections.Immutable;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>
/// Whether tor has launched the pluggable transports that its configuration names, in one of its runs. Tor takes any program for a
/// plugin, and where it turns out to be none tor merely logs it and waits for ever.
/// </summary>
internal sealed class TransportPlugins : IDisposable
{
    /// <summary>Starting a program and exchanging a few lines takes milliseconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _missing;
    private readonly Action<string?> _tell;
    private readonly ITimer? _timer;
    private bool _isTold;

    /// <summary>Begins to wait for them.</summary>
    /// <param name="expected">Their names.</param>
    /// <param name="clock">Measures the patience.</param>
    /// <param name="tell">Told a sentence when one has not come in time, and null once all have.</param>
    public TransportPlugins(ImmutableArray<string> expected, TimeProvider clock, Action<string?> tell)
    {
        _missing = [.. expected];
        _tell = tell;
        _timer = _missing.Count > 0 ? clock.CreateTimer(static s => ((TransportPlugins)s!).OnLate(), this, Patience, Timeout.InfiniteTimeSpan) : null;
    }

    /// <summary>The names that client plugins are configured for: tor(1), <c>ClientTransportPlugin transport[,…] exec path</c>.</summary>
    public static ImmutableArray<string> Named(IEnumerable<string> torrc) =>
    [
        .. torrc.Where(line => Torrc.Sets(line, "ClientTransportPlugin", "ClientT"))
            .Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is [_, _, "exec", ..])
            .SelectMany(words => words[1].Split(',', StringSplitOptions.RemoveEmptyEntries))
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Tor has launched one.</summary>
    public void OnLaunched(TransportLaunchedEvent launched)
    {
        lock (_gate)
        {
            if (launched.IsClient && _missing.Remove(launched.Name) && _missing.Count == 0 && _isTold)
            {
                _isTold = false;
                _tell(null);
            }
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void OnLate()
    {
        lock (_gate)
        {
            if (_missing.Count > 0)
            {
                _isTold = true;
                string names = string.Join(", ", _missing.Order(StringComparer.Ordinal));
                _tell($"Tor has not launched the pluggable transport {names}, without which it does not reach its bridges. Check that its program is one, and works: tor's log says more.");
            }
        }
    }
}
