using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>
/// Sees which dials reached somebody. A router consents as soon as it knows a lease set, perhaps one of a destination that has restarted
/// since, and goes on believing it for minutes; a session that has not dialled it yet asks the network.
/// </summary>
/// <param name="clock">The clock.</param>
internal sealed class DialProofs(TimeProvider clock)
{
    private const int MostHosts = 1_024;

    private readonly Lock _gate = new();
    private readonly Dictionary<(IsolationKey Key, string Host), HostProofs> _hosts = [];

    /// <summary>A router has consented to a dial.</summary>
    /// <param name="key">Whose it is.</param>
    /// <param name="session">Over which session.</param>
    /// <param name="host">The destination.</param>
    /// <param name="socket">The stream's socket, before anything was said on it.</param>
    /// <returns>The dial, which is to be told of the connection's end; null where it cannot be watched.</returns>
    public WatchedDial? Watch(IsolationKey key, DiallingSession session, string host, EngineSocket socket)
    {
        if (WatchedDial.Of(socket, clock) is not { } dial)
        {
            return null;
        }

        lock (_gate)
        {
            if (!_hosts.TryGetValue((key, host), out HostProofs? proofs))
            {
                // What is forgotten is seen again, a little later.
                if (_hosts.Count == MostHosts)
                {
                    _hosts.Clear();
                }

                _hosts.Add((key, host), proofs = new HostProofs(clock));
            }

            proofs.Add(session, dial);
            return dial;
        }
    }

    /// <summary>Whether a destination that a session is about to be asked for does not answer over it, and may over another.</summary>
    public bool IsSilent(IsolationKey key, DiallingSession session, string host)
    {
        lock (_gate)
        {
            return _hosts.TryGetValue((key, host), out HostProofs? proofs) && proofs.IsSilentOver(session);
        }
    }

    /// <summary>A session was left since a destination was silent over it.</summary>
    public void OnLeft(IsolationKey key, string host)
    {
        lock (_gate)
        {
            _hosts.GetValueOrDefault((key, host))?.OnLeft();
        }
    }
}
