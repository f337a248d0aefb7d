using System.Collections.Concurrent;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>What a gateway tells trackers and peers of its own sites, in virtual time and on a network in memory.</summary>
public sealed class AnnouncerTests : IAsyncLifetime
{
    private static readonly TimeSpan Shortly = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FetchTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(20);
    private static readonly PeerLocation Answering = At(1);
    private static readonly PeerLocation Silent = At(2);
    private static readonly PeerLocation Peer = At(3);

    private readonly TestFolder _folder = new();
    private readonly WatchedClock _clock = new();
    private readonly FakeLeg _leg = new();
    private readonly AnsweringPeer _tracker = new();
    private readonly AnsweringPeer _peer = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SiteShelf _shelf;
    private readonly SitePeers _peers;
    private readonly PeerOpener _opener;
    private readonly ZeroNetPublisher _publisher;
    private TrackerRounds? _trackers;
    private SiteResolver? _resolver;
    private Task _running = Task.CompletedTask;

    public AnnouncerTests()
    {
        _clock.SetUtcNow(DateTimeOffset.UtcNow);
        _shelf = new SiteShelf(_folder.Of("sites"), _clock, NullLogger.Instance);
        _peers = new SitePeers(_folder.Of("peers"), allowPrivate: true, _clock, new Random(1), NullLogger.Instance);
        _opener = new PeerOpener([_leg], _ => Peers.Options(_clock), new AnsweringPeer().For);
        _publisher = new ZeroNetPublisher(_shelf, [_leg], Peers.Certificate.Sha256Hex, _clock, NullLogger.Instance);
        _leg.Put(Answering, _tracker);
        _leg.Silence(Silent);
        _leg.Put(Peer, _peer);
        _tracker.Says(PeerCommands.Announce, new PeerAnswer.Fields(new AnnounceAnswer([[Peer.Pack()!.Value]], null, UsesOldName: false)));
        _peer.Says(PeerCommands.Update, new PeerAnswer.Fields(new OkAnswer("Thanks")));
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await (_resolver?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _publisher.EndAsync();
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_service_is_published_once_one_tracker_has_it_and_the_silent_one_is_named_after_a_while()
    {
        await using IPublishedService service = Publish();
        Run(Answering, Silent);
        await PublishedAsync(service);
        _shelf.Record(SiteOf(service)).Should().NotBeNull();
        _trackers!.Notes.Should().BeEmpty("it may still answer");

        _clock.Advance(Shortly);
        _trackers.Notes.Should().ContainSingle().Which.Should().StartWith($"The tracker {TrackerAddress.Format(Silent)} does not know this gateway's sites: it has not answered yet.");
    }

    [Fact]
    public async Task Where_no_tracker_answers_a_service_is_published_after_ten_seconds_and_not_before()
    {
        await using IPublishedService service = Publish();
        Run(Silent);
        await _clock.BegunAsync(Shortly);
        service.Status.Current.IsPublished.Should().BeFalse();
        _clock.Advance(Shortly - TimeSpan.FromTicks(1));
        service.Status.Current.IsPublished.Should().BeFalse();
        _clock.Advance(TimeSpan.FromTicks(1));
        await PublishedAsync(service);
        _trackers!.Notes.Should().ContainSingle();
    }

    [Fact]
    public async Task A_tracker_that_refuses_is_named_at_once_with_its_cause_and_no_more_once_it_answers()
    {
        _tracker.Says(PeerCommands.Announce, new PeerAnswer.Failure("No"));
        await using IPublishedService service = Publish();
        Run(Answering);
        await PublishedAsync(service);
        _trackers!.Notes.Should().ContainSingle().Which.Should().Contain("it refuses; it may be no tracker");

        _tracker.Says(PeerCommands.Announce, new PeerAnswer.Fields(new AnnounceAnswer([[]], null, UsesOldName: false)));
        await using IPublishedService other = Publish();
        await PublishedAsync(other);
        _trackers.Notes.Should().BeEmpty();
    }

    [Fact]
    public async Task A_service_that_comes_while_a_tracker_is_waited_for_does_not_wait_for_it()
    {
        await using IPublishedService first = Publish();
        Run(Answering, Silent);
        await PublishedAsync(first);
        await using IPublishedService second = Publish();
        await PublishedAsync(second);
        _leg.Dialled.Count(static place => place == Silent).Should().Be(2, "it is told of both");
    }

    [Fact]
    public async Task A_new_record_goes_to_peers_that_a_leg_reaches_and_others_take_nobodys_place()
    {
        await using IPublishedService service = Publish();
        _peers.Add(SiteOf(service), Enumerable.Range(2, 40).Select(static port => new PeerLocation(PeerLocationKind.I2P, "abcd.b32.i2p", port)), PeerSource.Operator);
        _peers.Add(SiteOf(service), [Peer], PeerSource.Tracker("t"));
        TaskCompletionSource<PeerRequest> updated = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _peer.Answers[PeerCommands.Update] = (request, _) =>
        {
            updated.TrySetResult(request);
            return new(new PeerAnswer.Fields(new OkAnswer("Thanks")));
        };
        Run();
        UpdateParams.Read(await updated.Task.Soon(), MessageLimits.Default, out _)!.Site.Should().Be(SiteOf(service).Text);
        _leg.Dialled.Should().OnlyContain(static place => place.Kind == PeerLocationKind.IPv4);
    }

    [Fact]
    public async Task A_peer_that_is_not_there_is_told_in_a_later_round_and_none_is_told_twice()
    {
        await using IPublishedService service = Publish();
        PeerLocation late = At(4);
        var other = new AnsweringPeer();
        _peers.Add(SiteOf(service), [Peer, late], PeerSource.Tracker("t"));

        // In the first round each is asked what it has, and then told.
        Task first = Task.WhenAll(DialledInVain(Peer, 2), DialledInVain(late, 2));
        Run();
        await first.Soon();

        Task again = Task.WhenAll(Exchanged(Peer, _peer), DialledInVain(late, 1));
        await _clock.PassAsync(Round).Soon();
        await again.Soon();

        Task last = Exchanged(late, other);
        await _clock.PassAsync(Round).Soon();
        await last.Soon();
        new[] { _peer, other }.Select(static peer => peer.Asked.Count(static asked => asked.StartsWith(PeerCommands.Update, StringComparison.Ordinal))).Should().Equal(1, 1);
    }

    [Fact]
    public async Task Peers_that_hang_hold_up_no_other_however_few_processors_there_are()
    {
        PeerLocation[] hanging = [.. Enumerable.Range(10, PeerLimits.Attempts - 1).Select(static host => At((byte)host))];
        Array.ForEach(hanging, _leg.Silence);
        await using IPublishedService service = Publish();
        Task told = Exchanged(Peer, _peer);
        Run([], [.. hanging, Peer]);
        await _clock.PassAsync(Shortly).Soon();
        await told.Soon();
    }

    [Fact]
    public async Task A_peer_that_was_told_may_fetch_over_the_same_connection_for_a_while()
    {
        ConcurrentStack<PeerConnection> accepted = [];
        Task told = Exchanged(Peer, _peer);
        _leg.Places[Peer] = _ =>
        {
            (MemoryEnd dialled, MemoryEnd end) = MemoryEnd.Pair();
            accepted.Push(PeerConnection.Accept(end, Peers.Address, _peer.For, Peers.Options()));
            return ValueTask.FromResult<DialResult>(dialled);
        };
        await using IPublishedService service = Publish();
        Run([], [Peer]);
        await told.Soon();
        await _clock.BegunAsync(FetchTime);

        accepted.TryPeek(out PeerConnection? last).Should().BeTrue();
        (await last!.AskAsync(EmptyParams.Ping, default).Soon()).Error.Should().BeNull();
        _clock.Advance(FetchTime);
        (await last.CauseAsync()).Should().Be(PeerFailure.Closed);
    }

    private Task DialledInVain(PeerLocation place, int times)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _leg.Places[place] = _ =>
        {
            if (Interlocked.Decrement(ref times) == 0)
            {
                done.SetResult();
            }

            return ValueTask.FromResult<DialResult>(new DialError(DialErrorKind.Unreachable));
        };
        return done.Task;
    }

    // Peers are exchanged with one that has answered the update.
    private Task Exchanged(PeerLocation place, AnsweringPeer peer)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        peer.Says(PeerCommands.Update, new PeerAnswer.Fields(new OkAnswer("Thanks")));
        peer.Answers[PeerCommands.Pex] = (_, _) =>
        {
            done.TrySetResult();
            return new(new PeerAnswer.Fields(new PexAnswer([])));
        };
        _leg.Put(place, peer);
        return done.Task;
    }

    private static PeerLocation At(byte host) => PeerLocation.Of(new System.Net.IPAddress([192, 0, 2, host]), 15441);

    private static ZeroNetAddress SiteOf(IPublishedService service) => ((ZeroNetEndPoint)service.EndPoints[0]).Site;

    private IPublishedService Publish()
    {
        Identity identity = ZeroNetIdentityFormat.Instance.Create();
        return _publisher.Publish(new ServiceDefinition { Name = identity.Address, Identity = identity, Ports = [80] }).Service!;
    }

    private void Run(params PeerLocation[] trackers) => Run(trackers, []);

    private void Run(PeerLocation[] trackers, PeerLocation[] always)
    {
        _trackers = new TrackerRounds(trackers.Select(static place => TrackerAddress.Parse(TrackerAddress.Format(place), out _)!), [_leg], _opener, _peers, null, "-UT3530-klyntartest1", _clock, NullLogger.Instance);
        _resolver = new SiteResolver(_shelf, _peers, _opener, _trackers, [], _clock);
        _running = new Announcer(_shelf, _peers, _trackers, _resolver, _opener, _publisher, [], [.. always], _clock, NullLogger.Instance).RunAsync(_stop.Token);
    }

    private static async Task PublishedAsync(IPublishedService service)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(TimeSpan.FromSeconds(30));
        await foreach (ServiceStatus status in service.Status.WatchAsync(late.Token))
        {
            if (status.IsPublished)
            {
                return;
            }
        }

        throw new TimeoutException($"It is {service.Status.Current}.");
    }
}
