using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The local networks on which the peer port is reached, looked at anew every half minute: a laptop goes from one to another.</summary>
/// <param name="read">Reads all of this machine's.</param>
/// <param name="listen">Where the peer port listens.</param>
/// <param name="clock">The clock.</param>
internal sealed class LanNetworks(Func<ImmutableArray<LanNetwork>> read, IPAddress listen, TimeProvider clock)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private ImmutableArray<LanNetwork> _current = [];
    private long? _read;

    /// <summary>The networks.</summary>
    public ImmutableArray<LanNetwork> Current
    {
        get
        {
            lock (_gate)
            {
                if (_read is not { } then || clock.GetElapsedTime(then) >= Refresh)
                {
                    _read = clock.GetTimestamp();
                    _current = [.. read().Where(IsReached).Take(LanLimits.Networks)];
                }

                return _current;
            }
        }
    }

    /// <summary>
    /// Whether an address is a machine's on one of them. What came from any other is not answered, so that nobody far away has this gateway send to whom he likes; and an answer to
    /// an address that means a whole network would go to all of it.
    /// </summary>
    public bool Has(IPAddress address)
    {
        ImmutableArray<LanNetwork> networks = Current;
        return address.AddressFamily == AddressFamily.InterNetwork
            && networks.Any(network => network.Range.Contains(address))
            && !networks.Any(network => network.Broadcast.Equals(address) || network.Range.BaseAddress.Equals(address));
    }

    private bool IsReached(LanNetwork network) => listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any) || network.Range.Contains(listen);
}
