using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>Which session a dial takes, on a bridge that consents to everything.</summary>
public sealed class DiallingSessionsTests : IAsyncDisposable
{
    private const string Said = "NAMING LOOKUP NAME=silent.i2p";

    private readonly FakeTimeProvider _clock = new();
    private readonly AnsweringBridge _router = new(static line => line == Said ? "" : AnsweringBridge.Politely(line));
    private readonly I2PMetrics _metrics = new(null);

    public DiallingSessionsTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux's kernel tells how much a connection has carried.");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _metrics.Dispose();
        await _router.DisposeAsync();
    }

    [Fact]
    public async Task A_destination_that_has_fallen_silent_is_dialled_over_another_session_and_the_rest_goes_with_it()
    {
        await using DiallingSessions sessions = Sessions(most: 4);
        DiallingSession first = sessions.BeginDial(IsolationKey.Shared, "a")!;
        await FallSilentAsync(sessions, first);
        sessions.BeginDial(IsolationKey.Shared, "b").Should().BeSameAs(first);

        DiallingSession second = sessions.BeginDial(IsolationKey.Shared, "a")!;
        second.Should().NotBeSameAs(first);
        sessions.BeginDial(IsolationKey.Shared, "a").Should().BeSameAs(second);
        sessions.BeginDial(IsolationKey.Shared, "b").Should().BeSameAs(second);
    }

    [Fact]
    public async Task Where_all_sessions_are_in_use_the_same_one_serves_on()
    {
        await using DiallingSessions sessions = Sessions(most: 1);
        DiallingSession only = sessions.BeginDial(IsolationKey.Shared, "a")!;
        await FallSilentAsync(sessions, only);
        sessions.Proofs.IsSilent(IsolationKey.Shared, only, "a").Should().BeTrue();

        sessions.BeginDial(IsolationKey.Shared, "a").Should().BeSameAs(only);
    }

    private DiallingSessions Sessions(int most) => new(
        new SamBridge(SocketEngine.Default, _router.EndPoint, new SamConnectionOptions { Clock = _clock }),
        new I2POptions { MaxSessions = most, SpareSessions = 0 },
        _metrics,
        NullLogger.Instance);

    // To a destination that never answered for over a minute.
    private async Task FallSilentAsync(DiallingSessions sessions, DiallingSession session)
    {
        SamConnection connection = await sessions.Bridge.OpenAsync(Ct);
        WatchedDial dial = sessions.Proofs.Watch(IsolationKey.Shared, session, "a", connection.Socket)!;
        await connection.SayAsync(SamCommand.LookUp("silent.i2p"), Ct);
        while (!dial.HasSaid)
        {
            Ct.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        _clock.Advance(TimeSpan.FromMinutes(2));
    }
}
