using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The SOCKS credentials that keep dials apart on tor's circuits.</summary>
/// <remarks>
/// The user name is the isolation key, so different keys never share a circuit (tor's IsolateSOCKSAuth). The password is a
/// generation: tor attaches every stream of the same credentials to the same rendezvous circuit, also to one that waits for a
/// service that will not come (seen after the service's tor was killed; tor gives such a circuit up after two minutes). A dial that
/// took too long therefore moves its key, towards that address, on to the next generation. New circuits move all keys on.
/// </remarks>
internal sealed class StreamIsolation
{
    // Only addresses that hung are in the table. Forgetting all of them costs a few dials another time-out.
    private const int MaxEntries = 4_096;

    private readonly ConcurrentDictionary<(IsolationKey Key, string Host), int> _generations = new();
    private readonly Lock _gate = new();
    private volatile int _first;
    private int _last;

    /// <summary>The present generation of a key towards an address.</summary>
    public int Generation(IsolationKey key, string host) => _generations.TryGetValue((key, host), out int generation) ? generation : _first;

    /// <summary>Leaves a generation whose circuit hangs. Dials that hung together move on together.</summary>
    public void Leave(IsolationKey key, string host, int generation)
    {
        lock (_gate)
        {
            if (Generation(key, host) != generation)
            {
                return;
            }

            if (_generations.Count >= MaxEntries)
            {
                _generations.Clear();
            }

            _generations[(key, host)] = generation + 1;
            _last = Math.Max(_last, generation + 1);
        }
    }

    /// <summary>Leaves all generations that there were: no dial from now on shares a circuit with one before.</summary>
    public void LeaveAll()
    {
        lock (_gate)
        {
            _first = ++_last;
            _generations.Clear();
        }
    }

    /// <summary>User name and password.</summary>
    public static (ReadOnlyMemory<byte> User, ReadOnlyMemory<byte> Password) Credentials(IsolationKey key, int generation) =>
        (Encoding.ASCII.GetBytes(key.ToString()), Encoding.ASCII.GetBytes(generation.ToString(CultureInfo.InvariantCulture)));
}
