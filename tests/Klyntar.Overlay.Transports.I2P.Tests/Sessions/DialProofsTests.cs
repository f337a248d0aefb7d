using System.Net;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>A router's consent is no connection; that nobody answers what was said tells so.</summary>
public sealed class DialProofsTests : IAsyncDisposable
{
    private const string Host = "a";

    private readonly FakeTimeProvider _clock = new();
    private readonly EngineListener _router = SocketEngine.Default.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());
    private readonly List<EngineSocket> _sockets = [];
    private readonly DialProofs _proofs;
    private DiallingSession _session;

    public DialProofsTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux's kernel tells how much a connection has carried.");
        _proofs = new DialProofs(_clock);
        _session = Session();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private bool IsSilent => _proofs.IsSilent(IsolationKey.Shared, _session, Host);

    public async ValueTask DisposeAsync()
    {
        _sockets.ForEach(static socket => socket.Dispose());
        await _router.DisposeAsync();
    }

    [Fact]
    public async Task A_destination_that_has_answered_and_does_not_for_ten_seconds_is_silent_over_that_session()
    {
        await DialAsync(isAnswered: true);
        await DialAsync();
        Wait(9);
        IsSilent.Should().BeFalse();
        Wait(1);
        IsSilent.Should().BeTrue();
        _proofs.IsSilent(IsolationKey.Shared, Session(), Host).Should().BeFalse("another session asks the network");
        _proofs.IsSilent(IsolationKey.Shared, _session, "b").Should().BeFalse("another destination is another matter");
        _proofs.IsSilent(IsolationKey.Unique(), _session, Host).Should().BeFalse("another client's dials are nobody's business");
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(2, false)]
    public async Task A_client_that_gave_up_without_an_answer_counts_unless_it_was_at_once(int seconds, bool counts)
    {
        await DialAsync(isAnswered: true);
        Watched given = await DialAsync();
        Wait(seconds);
        await given.EndAsync();
        Wait(60);
        IsSilent.Should().Be(counts);
    }

    [Fact]
    public async Task Who_has_said_nothing_is_answered_by_nobody()
    {
        await DialAsync(isAnswered: true);
        Watched quiet = await DialAsync(says: false);
        Wait(60);
        IsSilent.Should().BeFalse();
        await quiet.SayAsync();
        IsSilent.Should().BeTrue();
    }

    [Fact]
    public async Task A_destination_that_takes_its_time_is_not_silent()
    {
        await (await DialAsync()).EndAsync(after: 5);
        await (await DialAsync(isAnswered: true)).EndAsync();
        Wait(60);
        IsSilent.Should().BeFalse("it has answered one that was dialled later, and that is known when both have ended");

        Watched later = await DialAsync();
        Wait(60);
        IsSilent.Should().BeTrue();
        await later.AnswerAsync();
        IsSilent.Should().BeFalse("it has answered after all");
    }

    [Fact]
    public async Task A_destination_that_never_answered_is_silent_only_over_a_session_that_has_served_for_a_minute()
    {
        _session.Touch();
        await DialAsync();
        Wait(59);
        IsSilent.Should().BeFalse();
        Wait(1);
        IsSilent.Should().BeTrue();
    }

    [Fact]
    public async Task While_a_destination_stays_away_sessions_are_left_at_growing_intervals_so_that_it_is_found_in_half_as_long_again()
    {
        await DialAsync(isAnswered: true);
        List<int> left = [];
        for (int second = 0; second < 3_600; second += 5)
        {
            if (IsSilent)
            {
                _proofs.OnLeft(IsolationKey.Shared, Host);
                _session = Session();
                left.Add(second);
            }

            await (await DialAsync()).EndAsync(after: 5);
        }

        left[0].Should().Be(10);
        left.Should().HaveCountLessThan(20);
        left.Zip(left.Skip(1)).Should().OnlyContain(pair => pair.Second <= Math.Max(pair.First + 15, Math.Min(pair.First * 1.6, pair.First + 605)));
    }

    [Fact]
    public async Task Of_many_dials_that_nobody_has_answered_yet_the_first_and_the_last_are_still_looked_at()
    {
        await DialAsync(isAnswered: true);
        var dials = new List<Watched>();
        for (int i = 0; i < 20; i++)
        {
            dials.Add(await DialAsync());
        }

        Wait(10);
        IsSilent.Should().BeTrue();
        await dials[^1].AnswerAsync();
        IsSilent.Should().BeFalse();
    }

    private DiallingSession Session() => new(new TaskCompletionSource<SamSession>().Task, _clock);

    private void Wait(int seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));

    private async Task<Watched> DialAsync(bool says = true, bool isAnswered = false)
    {
        EngineSocket dialled = await SocketEngine.Default.ConnectAsync(_router.LocalEndPoint, null, Ct);
        EngineSocket router = (await _router.AcceptAsync(Ct))!;
        _sockets.AddRange([dialled, router]);
        WatchedDial dial = _proofs.Watch(IsolationKey.Shared, _session, Host, dialled)!;
        var watched = new Watched(this, new SocketConnection(dialled), dialled, router);
        dial.EndWith(watched.Stream);
        if (says)
        {
            await watched.SayAsync();
        }

        if (isAnswered)
        {
            await watched.AnswerAsync();
        }

        return watched;
    }

    private sealed class Watched
    {
        private readonly DialProofsTests _test;
        private readonly EngineSocket _dialled;
        private readonly EngineSocket _router;
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Watched(DialProofsTests test, SocketConnection stream, EngineSocket dialled, EngineSocket router)
        {
            (_test, Stream, _dialled, _router) = (test, stream, dialled, router);

            // Who registers first is told last, so the dial will know.
            stream.ConnectionClosed.Register(_ended.SetResult);
        }

        public SocketConnection Stream { get; }

        public Task SayAsync() => SayAsync(_dialled, _router);

        public Task AnswerAsync() => SayAsync(_router, _dialled);

        public async Task EndAsync(int after = 0)
        {
            _test.Wait(after);
            await Stream.DisposeAsync();
            await _ended.Task;
        }

        private static async Task SayAsync(EngineSocket from, EngineSocket to)
        {
            await from.SendAsync("hello"u8.ToArray(), Ct);
            (await to.ReceiveAsync(new byte[5], Ct)).Should().Be(5);
            to.AcknowledgeAtOnce();
        }
    }
}
