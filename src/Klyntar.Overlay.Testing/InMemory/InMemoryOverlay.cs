using System.Collections.Concurrent;

namespace Klyntar.Overlay.Testing;

/// <summary>A network in memory that several transports share, and that misbehaves on demand.</summary>
/// <remarks>All time passes on the clocks of the transports' contexts, so that a test on virtual time decides when things happen.</remarks>
public sealed class InMemoryOverlay
{
    private readonly ConcurrentDictionary<string, Registration> _directory = new(StringComparer.Ordinal);
    private readonly StatusSource<InMemoryFaults> _faults = new(InMemoryFaults.None);
    private int _paths;

    /// <summary>Makes a network.</summary>
    /// <param name="options">What it is like, or null for a network that carries everything, at once.</param>
    public InMemoryOverlay(InMemoryOptions? options = null) => Options = options ?? new InMemoryOptions();

    /// <summary>What it is like.</summary>
    public InMemoryOptions Options { get; }

    /// <summary>How it misbehaves from now on.</summary>
    public InMemoryFaults Faults
    {
        get => _faults.Current;
        set => _faults.Set(value);
    }

    /// <summary>Makes a transport of this network. Whoever starts it disposes it.</summary>
    public InMemoryTransport CreateTransport() => new(this);

    internal int NewPath() => Interlocked.Increment(ref _paths);

    internal void Register(string host, Registration registration) => _directory[host] = registration;

    internal void Unregister(string host, InMemoryService service)
    {
        if (_directory.TryGetValue(host, out Registration registration) && registration.Service == service)
        {
            _directory.TryRemove(new KeyValuePair<string, Registration>(host, registration));
        }
    }

    internal Registration? Find(string host) => _directory.TryGetValue(host, out Registration found) ? found : null;

    /// <summary>Waits until publications are confirmed.</summary>
    internal async Task WaitUntilConfirmingAsync(CancellationToken cancellationToken)
    {
        await foreach (InMemoryFaults faults in _faults.WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!faults.StalledPublish)
            {
                return;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Who answers at a host.</summary>
    /// <param name="Service">The service.</param>
    /// <param name="Port">The one port it answers for, whatever port is dialled; or null where the address carries ports.</param>
    internal readonly record struct Registration(InMemoryService Service, int? Port);
}
