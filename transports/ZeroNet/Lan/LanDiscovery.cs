using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Finds peers on the local network, and is found, as real nodes do by their plugin AnnounceLocal: one asks by broadcast who is there, whoever is says so, and those whose list of
/// sites is not known are asked for it. No question names a site, so that nobody learns what is looked for; the own list is told to who asks. Touches no socket.
/// </summary>
/// <param name="self">As what this gateway is known.</param>
/// <param name="networks">The networks that are asked; who is on none of them is not listened to.</param>
/// <param name="port">The UDP port at which all listen.</param>
/// <param name="known">Who was heard.</param>
/// <param name="sites">What is told.</param>
/// <param name="peers">Where peers of these sites are noted.</param>
/// <param name="hasMore">Told of each such site that a new peer has. Returns at once, and bears being told often.</param>
/// <param name="clock">The clock.</param>
internal sealed class LanDiscovery(LanSender self, LanNetworks networks, int port, LanPeers known, LanSites sites, SitePeers peers, Action<ZeroNetAddress> hasMore, TimeProvider clock)
{
    // As real nodes.
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    // Whoever is heard for the first time is asked, as all others are, and hears this gateway so; of two that have no room for each other each would have the other ask for ever.
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(30);

    // Who asks gets his answer first. What has changed stays so until the announcer has seen it, and is not to be looked at without end meanwhile.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TokenBucket _answers = new(LanLimits.AnswersAtOnce, LanLimits.AnswersPerSecond, clock);
    private TaskCompletionSource _stirred = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _asked;
    private bool _hasStranger;
    private bool _hasNews;

    /// <summary>Asks again and again, until cancelled.</summary>
    /// <param name="changed">Completed when the sites that are told may have changed.</param>
    /// <param name="send">Sends datagrams.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Func<Task> changed, Func<ImmutableArray<LanDatagram>, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        while (true)
        {
            (ImmutableArray<LanDatagram> questions, TimeSpan wait) = TakeDue();
            await send(questions, cancellationToken);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed(), Stirred(), Task.Delay(wait, clock, over.Token));
            await over.CancelAsync();
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    /// <summary>What is to be asked now.</summary>
    /// <returns>The questions, none where it is not time; and how long until it is.</returns>
    public (ImmutableArray<LanDatagram> Questions, TimeSpan Wait) TakeDue()
    {
        ImmutableArray<ZeroNetAddress> more;
        ImmutableArray<LanDatagram> questions = [];
        TimeSpan wait;
        lock (_gate)
        {
            _stirred = new(TaskCreationOptions.RunContinuationsAsynchronously);
            more = sites.Refresh();
            _hasNews |= !more.IsEmpty && _asked is not null;
            wait = UntilDue();
            if (wait <= TimeSpan.Zero)
            {
                questions = Questions();
                (_asked, _hasStranger, _hasNews) = (clock.GetTimestamp(), false, false);
                wait = Interval;
            }
        }

        known.Keep(networks.Has);
        foreach (ZeroNetAddress site in more)
        {
            Note(site);
        }

        return (questions, wait);
    }

    /// <summary>Takes a datagram. Total.</summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="source">Where it came from.</param>
    /// <returns>What is to be sent for it.</returns>
    public ImmutableArray<LanDatagram> Hear(ReadOnlyMemory<byte> datagram, IPEndPoint source)
    {
        IPAddress host = source.Address;
        if (!networks.Has(host) || LanMessage.Read(datagram) is not { } message || message.Sender.PeerId == self.PeerId)
        {
            return [];
        }

        bool isStranger = known.Hear(message.Sender, host);
        var to = new IPEndPoint(host, message.Sender.AnswerPort);
        switch (message.Command)
        {
            case LanCommand.DiscoverRequest:
                if (isStranger)
                {
                    Stir();
                }

                return Answer(LanCommand.DiscoverResponse, to);
            case LanCommand.DiscoverResponse:
                return known.IsRead(message.Sender, host, message.SitesChanged) ? [] : Answer(LanCommand.SiteListRequest, to);
            case LanCommand.SiteListRequest:
                return Answer(LanCommand.SiteListResponse, to);
            default:
                Learn(message, host);
                return [];
        }
    }

    private Task Stirred()
    {
        lock (_gate)
        {
            return _stirred.Task;
        }
    }

    private void Stir()
    {
        lock (_gate)
        {
            _hasStranger = true;
            _stirred.TrySetResult();
        }
    }

    private TimeSpan UntilDue() => _asked is { } asked ? (_hasStranger || _hasNews ? ShortestInterval : Interval) - clock.GetElapsedTime(asked) : TimeSpan.Zero;

    // Those who know this gateway ask it for its list again only when they hear that it has changed.
    private ImmutableArray<LanDatagram> Questions()
    {
        byte[] question = Write(LanCommand.DiscoverRequest, 0);
        byte[] news = Write(LanCommand.DiscoverResponse, sites.Changed);
        byte[][] both = _hasNews ? [question, news] : [question];
        return [.. networks.Current.SelectMany(network => both.Select(datagram => new LanDatagram(datagram, new IPEndPoint(network.Broadcast, port))))];
    }

    // An answer goes to whoever is named as its asker, so that all askers together get few.
    private ImmutableArray<LanDatagram> Answer(LanCommand command, IPEndPoint to)
    {
        lock (_gate)
        {
            IEnumerable<SiteHash[]> parts = command == LanCommand.SiteListResponse && !sites.ByHash.IsEmpty ? sites.ByHash.Keys.Chunk(LanLimits.SitesAtOnce) : [[]];
            return [.. parts.TakeWhile(_ => _answers.TryTake()).Select(part => new LanDatagram(Write(command, sites.Changed, [.. part]), to))];
        }
    }

    private byte[] Write(LanCommand command, long changed, params ImmutableArray<SiteHash> some) => new LanMessage(command, self, changed, some).Write();

    private void Learn(LanMessage message, IPAddress host)
    {
        if (!known.Take(message.Sender, host, message.SitesChanged, message.Sites))
        {
            return;
        }

        ZeroNetAddress[] ours;
        lock (_gate)
        {
            ours = [.. message.Sites.Select(site => sites.ByHash.GetValueOrDefault(site)).OfType<ZeroNetAddress>()];
        }

        Array.ForEach(ours, Note);
    }

    private void Note(ZeroNetAddress site)
    {
        if (known.Tell(site, peers) > 0)
        {
            hasMore(site);
        }
    }
}
