using System.Collections.Immutable;
using System.Net;
using Klyntar.Overlay.Keys;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>The peers of a running gateway: those of the configuration, those added since, and those that programs asked for.</summary>
internal sealed partial class PeerBook : IAsyncDisposable
{
    /// <summary>How many peers may be added to a running gateway.</summary>
    internal const int MostAdded = 4096;

    /// <summary>How often ports that cannot be listened on are tried again.</summary>
    internal static readonly TimeSpan RetryTime = TimeSpan.FromSeconds(5);

    private readonly GatewayOptions _options;
    private readonly PeerFile _file;
    private readonly PeerRoutes _routes;
    private readonly DoorContext _context;
    private readonly Action _changed;
    private readonly ILogger _logger;
    private readonly LoopbackAddresses _addresses = new(LoopbackRange.Configured);
    private readonly LoopbackAddresses _onDemand = new(LoopbackRange.OnDemand);
    private readonly TransportCatalog _catalog;
    private readonly Queue<long> _came = [];
    private readonly CancellationTokenSource _stop = new();

    // Changes come one after the other; who only looks needs no turn.
    private readonly SemaphoreSlim _changing = new(1);
    private PeerRecords _records = new();
    private ImmutableSortedDictionary<string, Peer> _peers = ImmutableSortedDictionary.Create<string, Peer>(StringComparer.Ordinal);
    private ImmutableDictionary<string, Peer> _byHost = ImmutableDictionary.Create<string, Peer>(StringComparer.OrdinalIgnoreCase);
    private Task _retrying = Task.CompletedTask;

    public PeerBook(GatewayOptions options, DataFolder data, DoorContext context, TransportCatalog catalog, Action changed)
    {
        _options = options;
        _file = new PeerFile(data);
        _routes = new PeerRoutes(context.Router, context.Clock);
        _context = context;
        _changed = changed;
        _catalog = catalog;
        _logger = context.Loggers.CreateLogger<PeerBook>();
    }

    /// <summary>How each peer is, by names.</summary>
    public ImmutableArray<PeerReport> Reports => [.. _peers.Values.Select(p => p.Report)];

    /// <summary>Makes the peers of the configuration and those that were added before. Starts nothing.</summary>
    /// <exception cref="OverlayException">A peer of the configuration cannot be dialled, or the file of peers is damaged.</exception>
    public void Open()
    {
        _records = _file.Read();
        foreach (string pinned in _options.Peers.Values.Select(p => p.Loopback).OfType<string>())
        {
            _addresses.TryTake(IPAddress.Parse(pinned));
        }

        var loopback = new Dictionary<string, string>(_records.Loopback);
        foreach ((string name, string kept) in _records.Loopback.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            bool isPinned = _options.Peers.GetValueOrDefault(name)?.Loopback is not null;
            if (isPinned || !LoopbackRange.Configured.Contains(kept) || !_addresses.TryTake(IPAddress.Parse(kept)))
            {
                loopback.Remove(name);
            }
        }

        _records = _records with { Loopback = loopback };
        foreach ((string name, PeerOptions options) in _options.Peers.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            Enter(new Peer(name, PeerOrigin.Configured, options, _routes.Find(name, options), AddressOf(name, options), _context));
        }

        foreach ((string name, PeerOptions options) in _records.Added.Where(a => !_options.Peers.ContainsKey(a.Key)))
        {
            try
            {
                CheckAdded(name, options);
                Enter(new Peer(name, PeerOrigin.Added, options, _routes.Find(name, options), AddressOf(name, options), _context));
            }
            catch (OverlayException e)
            {
                LogNotReached(name, e.Message);
            }
        }

        if (_peers.Count > 0)
        {
            _file.Write(_records);
        }
    }

    /// <summary>Begins to listen.</summary>
    public void Start()
    {
        bool isWhole = true;
        foreach (Peer peer in _peers.Values)
        {
            isWhole &= peer.TryStart();
            KeepWarm(peer);
        }

        if (!_peers.IsEmpty)
        {
            LogStarted(_peers.Count, isWhole ? "" : "; not on all their ports: 'klyntar-overlay peers list' says why");
        }

        _retrying = RetryAsync();
    }

    /// <summary>The peer of a name, or the one that has a host among its addresses; null where there is none.</summary>
    public Peer? Find(string name) => _peers.GetValueOrDefault(name) ?? _byHost.GetValueOrDefault(name);

    /// <summary>The ways over overlays to the peer of a name, where there is one: for doors where clients say themselves where they want to go.</summary>
    public Route? RouteTo(string host, int port)
    {
        if (_peers.IsEmpty || !_peers.TryGetValue(host.TrimEnd('.').ToLowerInvariant(), out Peer? peer) || peer.Origin == PeerOrigin.OnDemand)
        {
            return null;
        }

        ImmutableArray<Way> ways = peer.Doors.FirstOrDefault(d => d.Port == port)?.Route.Ways ?? [];
        ways = ways.IsEmpty ? _routes.Find(Peer.AddressesOf(peer.Options), port).Ways : ways;
        return !ways.IsEmpty ? Route.To(ways) : Route.Refused(DialErrorKind.PortClosed, $"no address of this peer counts for port {port}");
    }

    /// <summary>Reads a peer's options as JSON, and adds it.</summary>
    /// <exception cref="OverlayException">It is wrong, cannot be dialled, or is the configuration's.</exception>
    public Task<PeerReport> AddAsync(string name, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        AddAsync(name, GatewayConfiguration.ReadPart<PeerOptions>(json.Span, $"The peer {ConfigurationNode.Quotable(name)}", _catalog), cancellationToken);

    /// <summary>Adds a peer, or replaces one that was added, and keeps it.</summary>
    /// <exception cref="OverlayException">It is wrong, cannot be dialled, or is the configuration's.</exception>
    public async Task<PeerReport> AddAsync(string name, PeerOptions options, CancellationToken cancellationToken)
    {
        CheckAdded(name, options);
        using (await TurnAsync(cancellationToken))
        {
            if (_peers.TryGetValue(name, out Peer? known) && known.Origin == PeerOrigin.Configured)
            {
                throw new OverlayException($"The peer {name} is in the configuration. Change it there, or choose another name.");
            }

            if (known is null && _records.Added.Count >= MostAdded)
            {
                throw new OverlayException($"{MostAdded} peers were added already, and no more are kept. Remove some with 'klyntar-overlay peers remove', or the dead ones with 'klyntar-overlay peers prune'.");
            }

            if (options.Loopback is { } wanted && _peers.Values.FirstOrDefault(p => p.Name != name && p.Loopback.ToString() == wanted) is { } holder)
            {
                throw new OverlayException($"The peer {holder.Name} has the loopback address {wanted}. Choose another one, or leave the choice to the gateway.");
            }

            var peer = new Peer(name, PeerOrigin.Added, options, _routes.Find(name, options), AddressOf(name, options), _context);
            _records = _records with { Added = new Dictionary<string, PeerOptions>(_records.Added) { [name] = options } };
            _file.Write(_records);
            if (known is not null)
            {
                await EndAsync(known);
            }

            Enter(peer);
            peer.TryStart();
            KeepWarm(peer);
            _changed();
            return peer.Report;
        }
    }

    /// <summary>Removes a peer that was added. Its loopback address stays its own, should it come again.</summary>
    /// <exception cref="OverlayException">There is none, or it is the configuration's.</exception>
    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        using (await TurnAsync(cancellationToken))
        {
            if (!_peers.TryGetValue(name, out Peer? peer) && !_records.Added.ContainsKey(name))
            {
                throw NoPeer(name);
            }

            if (peer?.Origin is PeerOrigin.Configured or PeerOrigin.OnDemand)
            {
                throw new OverlayException(peer.Origin == PeerOrigin.Configured
                    ? $"The peer {name} is in the configuration. Remove it there."
                    : $"The peer {name} came on demand, and its loopback address stays its own until the gateway ends.");
            }

            _records = _records with { Added = _records.Added.Where(a => a.Key != name).ToDictionary() };
            _file.Write(_records);
            if (peer is not null)
            {
                await EndAsync(peer);
            }

            _changed();
        }
    }

    /// <summary>The peer that a program means by a host: a name, an address of a peer, or one that no peer has, for which a peer comes to be.</summary>
    /// <exception cref="OverlayException">It is no overlay's, or too many came to be.</exception>
    public async Task<PeerReport> LookUpAsync(string host, CancellationToken cancellationToken)
    {
        string written = host.TrimEnd('.');
        string name = written.ToLowerInvariant();
        if (Find(name) is { } known)
        {
            // Whoever asks is about to connect, and what was in the way may have gone.
            known.TryStart();
            return known.Report;
        }

        OnDemandPeers demand = _options.OnDemandPeers;
        if (!PeerAddress.TryParse(written, out PeerAddress address, out string? why) || address.Port is not null || address.Written.IsExtended)
        {
            throw new OverlayException($"No peer has this name: {why ?? "a host is looked up alone, without a port or a query"}");
        }

        using (await TurnAsync(cancellationToken))
        {
            if (Find(name) is { } others)
            {
                return others.Report;
            }

            Route route = _context.Router.Find(written, IPEndPoint.MaxPort);
            if (!route.IsFound)
            {
                throw new OverlayException($"No peer has this name: {route.Error}");
            }

            if (_peers.Values.Count(p => p.Origin == PeerOrigin.OnDemand) >= demand.Limit || !MayCome(demand.PerMinute))
            {
                throw new OverlayException("Too many peers came on demand. Name those that matter in \"peers\", or raise \"onDemandPeers\".");
            }

            var options = new PeerOptions { Addresses = [written], Ports = demand.Ports, DialAs = route.Transport.Capabilities.DialAs ? demand.DialAs : null };
            Peer peer = await ComeAsync(name, options);
            Enter(peer);
            _changed();
            return peer.Report;
        }
    }

    /// <summary>Accepts no more, and waits for what is relayed.</summary>
    /// <param name="drained">Ends the wait; the rest is then aborted.</param>
    public async Task StopAsync(CancellationToken drained)
    {
        await _stop.CancelAsync();
        await _retrying;

        // A change that is under way is the last one.
        await _changing.WaitAsync(CancellationToken.None);
        _changing.Release();
        await Task.WhenAll(_peers.Values.Select(p => p.StopAsync(drained)));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        await Task.WhenAll(_peers.Values.Select(p => p.DisposeAsync().AsTask()));
        _stop.Dispose();
        _changing.Dispose();
    }

    private bool MayCome(int perMinute)
    {
        while (_came.TryPeek(out long first) && _context.Clock.GetElapsedTime(first) > TimeSpan.FromMinutes(1))
        {
            _came.Dequeue();
        }

        if (_came.Count >= perMinute)
        {
            return false;
        }

        _came.Enqueue(_context.Clock.GetTimestamp());
        return true;
    }

    private void CheckAdded(string name, PeerOptions options)
    {
        var report = new ConfigurationReport($"The peer {ConfigurationNode.Quotable(name)}", root: null);
        new GatewayRules(_options, _catalog, report).CheckPeer(name, options, "peer");
        report.ThrowIfAny();
    }

    private IPAddress AddressOf(string name, PeerOptions options)
    {
        if (options.Loopback is { } pinned)
        {
            var address = IPAddress.Parse(pinned);
            _addresses.TryTake(address);
            return address;
        }

        if (_records.Loopback.TryGetValue(name, out string? kept))
        {
            return IPAddress.Parse(kept);
        }

        IPAddress fresh = _addresses.Take(Peer.PortsOf(options)) ?? throw new OverlayException("The loopback addresses for peers are used up: they stay kept for peers that were removed. Remove their lines from peers.json in the data folder while the gateway does not run.");
        _records = _records with { Loopback = new Dictionary<string, string>(_records.Loopback) { [name] = fresh.ToString() } };
        return fresh;
    }

    private async ValueTask<Peer> ComeAsync(string name, PeerOptions options)
    {
        ImmutableArray<PeerRoute> routes = _routes.Find(name, options);
        while (true)
        {
            IPAddress loopback = _onDemand.Take(options.Ports) ?? throw new OverlayException("The loopback addresses for peers on demand are used up until the gateway starts again.");
            var peer = new Peer(name, PeerOrigin.OnDemand, options, routes, loopback, _context);

            // Another gateway may have taken the address in the moment between: whoever connected would reach its peer.
            if (peer.TryStart() || !peer.Doors.Any(d => !d.IsListening && LoopbackAddresses.IsOthers(loopback, d.Port)))
            {
                return peer;
            }

            await peer.DisposeAsync();
        }
    }

    private void Enter(Peer peer)
    {
        _peers = _peers.SetItem(peer.Name, peer);
        foreach (string host in peer.Hosts.Where(h => !_byHost.ContainsKey(h)))
        {
            _byHost = _byHost.SetItem(host, peer);
        }
    }

    private async Task EndAsync(Peer peer)
    {
        _peers = _peers.Remove(peer.Name);
        _byHost = _byHost.RemoveRange(_byHost.Where(h => h.Value == peer).Select(h => h.Key));
        await peer.DisposeAsync();
    }

    private async ValueTask<Turn> TurnAsync(CancellationToken cancellationToken)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        await _changing.WaitAsync(given.Token);
        return new Turn(_changing);
    }

    private async Task RetryAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(RetryTime, _context.Clock);
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                foreach (Peer peer in _peers.Values.Where(p => p.Origin != PeerOrigin.OnDemand && p.Doors.Any(d => !d.IsListening)))
                {
                    if (peer.TryStart())
                    {
                        _changed();
                    }
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The gateway is stopping.
        }
        catch (Exception e)
        {
            LogRetryFailed(e);
        }
    }

    private readonly struct Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
