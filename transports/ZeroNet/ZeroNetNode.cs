using System.Collections.Immutable;
using System.Net;
using Klyntar.Overlay.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The peer that this gateway is while the transport runs: its port, its sites, and what it knows of others.</summary>
internal sealed class ZeroNetNode : IAsyncDisposable
{
    /// <summary>How the note begins that names the peer port, as others write it into their trackers or, without the scheme, their peers.</summary>
    public const string PeerPortNote = "Its peer port is ";

    // What all peers together may have held of unfinished messages: twelve of the largest.
    private const long MostHeldBytes = 64 * 1024 * 1024;

    private readonly ByteBudget _held = new(MostHeldBytes);
    private readonly ZeroNetOptions _options;
    private readonly ITransportContext _context;
    private readonly StatusSource<TransportStatus> _status;
    private readonly ILogger _logger;
    private readonly PeerCertificate _certificate;
    private readonly SiteShelf _shelf;
    private readonly SitePeers _peers;
    private readonly ImmutableArray<ILeg> _legs;
    private readonly PeerSelf _self;
    private readonly PeerOpener _opener;
    private readonly TrackerRounds _trackers;
    private readonly SiteResolver _resolver;
    private readonly SharedTunnels _tunnels;
    private readonly Announcer _announcer;
    private readonly PeerPort _port;
    private readonly LanServer? _lan;
    private readonly RequestServices _services;

    private ZeroNetNode(ZeroNetOptions options, ITransportContext context, StatusSource<TransportStatus> status, ILogger logger)
    {
        _options = options;
        _context = context;
        _status = status;
        _logger = logger;
        TimeProvider clock = context.Clock;
        SocketEngine engine = context.Features.Get<SocketEngine>() ?? SocketEngine.Default;
        _certificate = PeerCertificate.LoadOrMake(context.Keys, clock);
        _shelf = new SiteShelf(Folder("sites"), clock, logger);
        _peers = new SitePeers(Folder("peers"), options.AllowPrivate, clock, Random.Shared, logger);
        ImmutableArray<PeerLocation> always = [.. options.Peers.Select(static text => PeerAddressText.Parse(text)!.Value)];
        LanPeers? heard = options.Lan ? new LanPeers(clock) : null;
        ClearnetLeg? clearnet = options.Clearnet ? new ClearnetLeg(options, engine, peer => always.Contains(peer) || heard?.Has(peer) == true) : null;
        _legs = clearnet is not null
            ? [clearnet]
            : [.. options.Over.Select(transport => (ILeg)new OverlayLeg(transport, context, ((IPEndPoint)options.Listen).Port is > 0 and var port ? port : ZeroNetOptions.CustomaryPort))];
        _self = new PeerSelf { Clock = clock };
        _opener = new PeerOpener(_legs, OptionsOf, RequestsOf);
        TrackerTable? own = options.Tracker ? new TrackerTable(clock, options.AllowPrivate) : null;
        _trackers = new TrackerRounds(options.Trackers.Select(static text => TrackerAddress.Parse(text, out _)!), _legs, _opener, _peers, own, _self.PeerId, clock, logger);
        _resolver = new SiteResolver(_shelf, _peers, _opener, _trackers, always, clock, heard);
        _tunnels = new SharedTunnels(clock);
        Publisher = new ZeroNetPublisher(_shelf, _legs, _certificate.Sha256Hex, clock, logger);
        Dialler = new ZeroNetDialler(_resolver, _opener, _legs, Publisher, _tunnels, options, clock);
        ImmutableArray<ZeroNetAddress> follow = [.. options.Follow.Select(static text => ZeroNetHost.TryParse(text, out ZeroNetAddress? site, out string? why) ? site : throw new OverlayException(why))];
        _announcer = new Announcer(_shelf, _peers, _trackers, _resolver, _opener, Publisher, follow, always, clock, logger);
        _services = new RequestServices
        {
            Shelf = _shelf,
            Peers = _peers,
            Tracker = own,
            Trackers = () => _trackers.Zero,
            ReachesAsync = ReachesAsync,
            HasNewer = (site, _) => _announcer.OnNewer(site),
        };
        _lan = heard is not null ? new LanServer(clearnet!, options.LanPort, options.AllowPrivate, _self.PeerId, heard, BeginLan, () => Publisher.Changed, clock, logger) : null;
        _port = new PeerPort(_legs, OptionsOf, RequestsOf, new PeerFlood(new PeerFloodLimits(), clock), logger);

        // What is merely dialled is told to nobody.
        LanDiscovery BeginLan(LanSender self, LanNetworks networks) => new(self, networks, options.LanPort, heard!, new LanSites(() => Publisher.Sites.Union(follow), clock), _peers, _announcer.OnNewer, clock);
    }

    /// <summary>Publishes.</summary>
    public ZeroNetPublisher Publisher { get; }

    /// <summary>Dials.</summary>
    public ZeroNetDialler Dialler { get; }

    /// <summary>What a person should know beside the status.</summary>
    public ImmutableArray<string> Notes =>
    [
        .. _legs.Select(static leg => leg.Address).OfType<PeerLocation>().Select(static address => $"{PeerPortNote}{TrackerAddress.Format(address)}"),
        .. Publisher.Sites.Select(static site => $"{ZeroNetHost.NameOf(site)} is also {ZeroNetHost.CaselessNameOf(site)}, for programs that write names in lower case, as those of the web do."),
        .. _trackers.Notes,
        .. _lan?.Notes ?? [],
        .. _trackers.IsEmpty && _options.Peers.Count == 0 && _lan is null ? new[] { "It has neither trackers nor peers to ask, so that only who knows its peer port finds its sites. Write some into transports.zeronet.trackers." } : [],
    ];

    /// <summary>Makes a node: reads what is kept, and opens nothing yet.</summary>
    /// <exception cref="OverlayException">What is kept cannot be used.</exception>
    public static ZeroNetNode Create(ZeroNetOptions options, ITransportContext context, StatusSource<TransportStatus> status, ILogger logger) => new(options, context, status, logger);

    /// <summary>Is a peer until cancelled.</summary>
    /// <exception cref="OverlayException">That cannot go on; the message is for the operator.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] work =
        [
            _port.RunAsync(either.Token),
            _announcer.RunAsync(either.Token),
            _tunnels.SweepAsync(either.Token),
            .. _lan is null ? [] : new[] { _lan.RunAsync(either.Token) },
            .. _legs.Select(leg => FollowAsync(leg, either.Token)),
        ];
        try
        {
            await await Task.WhenAny(work);
        }
        finally
        {
            await either.CancelAsync();
            await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Ends services and tunnels, and writes down what was learnt.</summary>
    public async ValueTask DisposeAsync()
    {
        await Publisher.EndAsync();
        await _resolver.DisposeAsync();
        await _tunnels.DisposeAsync();
        _peers.Save();
        _certificate.Dispose();
    }

    private async Task FollowAsync(ILeg leg, CancellationToken cancellationToken)
    {
        bool wasReady = false;
        await foreach (ServiceStatus _ in leg.Status.WatchAsync(cancellationToken))
        {
            Publisher.Refresh();
            if (_legs.Any(static other => other.Status.Current.IsPublished))
            {
                wasReady = true;
                _status.Set(TransportStatus.Ready);
            }
            else
            {
                string what = string.Join("; ", _legs.Select(static other => $"{other.Name}: {other.Status.Current}"));
                _status.Set(wasReady ? new TransportStatus.Degraded($"The peer port is not reached: {what}.") : new TransportStatus.Starting(0, what));
            }
        }
    }

    private PeerConnectionOptions OptionsOf(ILeg leg)
    {
        PeerLocation? address = leg.Address;
        return new PeerConnectionOptions
        {
            Self = _self with
            {
                FileServerPort = address?.Port ?? 0,
                IsPortOpen = address is null ? false : null,
                PeerId = leg.IsOverlay ? "" : _self.PeerId,
                Onion = address is { Kind: PeerLocationKind.Onion, Host: var host } ? host[..^OnionName.Suffix.Length] : null,
            },
            Clock = _context.Clock,
            Certificate = _certificate,
            HeldBytes = _held,
            RequestTime = TimeSpan.FromSeconds(leg.IsOverlay ? 20 : 10),
        };
    }

    private ConnectionRequests RequestsOf(PeerAsker asker) => new(new TunnelRequests(asker, Publisher, _context.Clock), new SiteRequests(asker, _services));

    private async ValueTask<bool> ReachesAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        if (!_options.Clearnet)
        {
            return false;
        }

        var request = new DialRequest(new IPEndPoint(address, port)) { Deadline = Deadline.After(TimeSpan.FromSeconds(5), _context.Clock) };
        DialResult result = await _legs[0].DialAsync(PeerLocation.Of(address, port), request, cancellationToken);
        if (!result.IsConnected)
        {
            return false;
        }

        ConnectionContext connection = result.Connection;
        await connection.DisposeAsync();
        return true;
    }

    private string Folder(string name)
    {
        string path = Path.Join(_context.Folder, name);
        PrivateFiles.MakeFolder(path);
        return path;
    }
}
