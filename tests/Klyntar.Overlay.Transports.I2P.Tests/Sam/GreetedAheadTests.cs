using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>Connections that are greeted before they are needed: a few while dials go on, none where none do.</summary>
public sealed class GreetedAheadTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _clock = new();
    private readonly List<SamConnection> _all = [];
    private int _asked;

    [Fact]
    public async Task After_the_first_need_two_are_greeted_but_not_at_once()
    {
        await using AnsweringBridge bridge = AnsweringBridge.After("");
        await using GreetedAhead ahead = Of(bridge);
        ahead.TryTake().Should().BeNull();
        _clock.Advance(Pause - TimeSpan.FromMilliseconds(1));
        _asked.Should().Be(0);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await ahead.Filling;
        using SamConnection? first = ahead.TryTake();
        using SamConnection? second = ahead.TryTake();
        new[] { first, second }.Should().Equal(_all, "the one that waited for longest is taken first");
        ahead.TryTake().Should().BeNull();
        _clock.Advance(Pause);
        await ahead.Filling;
        _all.Should().HaveCount(4);
    }

    [Fact]
    public async Task Where_nobody_needs_one_for_a_while_they_are_closed()
    {
        await using AnsweringBridge bridge = AnsweringBridge.After("");
        await using GreetedAhead ahead = Of(bridge);
        ahead.TryTake();
        _clock.Advance(Pause);
        await ahead.Filling;
        _clock.Advance(LongestIdle - Pause - TimeSpan.FromMilliseconds(1));
        Open.Should().Be(2);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Open.Should().Be(0);
        ahead.TryTake().Should().BeNull();
    }

    [Fact]
    public async Task Each_need_keeps_them_for_longer()
    {
        await using AnsweringBridge bridge = AnsweringBridge.After("");
        await using GreetedAhead ahead = Of(bridge);
        ahead.TryTake();
        for (int i = 0; i < 5; i++)
        {
            _clock.Advance(LongestIdle / 2);
            await ahead.Filling;
            ahead.TryTake()?.Dispose();
            _clock.Advance(Pause);
            await ahead.Filling;
            Open.Should().Be(2);
        }
    }

    [Fact]
    public async Task A_bridge_that_refuses_is_asked_once_for_each_need()
    {
        await using var bridge = new AnsweringBridge(static _ => null);
        await using GreetedAhead ahead = Of(bridge);
        for (int need = 1; need <= 3; need++)
        {
            ahead.TryTake().Should().BeNull();
            _clock.Advance(Pause);
            await ahead.Filling;
            _asked.Should().Be(need);
        }
    }

    [Fact]
    public async Task Its_end_closes_what_it_keeps_and_what_is_being_greeted()
    {
        await using AnsweringBridge bridge = AnsweringBridge.After("");
        GreetedAhead full = Of(bridge);
        full.TryTake();
        _clock.Advance(Pause);
        await full.Filling;
        await full.DisposeAsync();
        Open.Should().Be(0);
        full.TryTake().Should().BeNull();

        await using var silent = new AnsweringBridge(static _ => "");
        GreetedAhead greeting = Of(silent);
        greeting.TryTake();
        _clock.Advance(Pause);
        await silent.HeardAsync("HELLO");
        await greeting.DisposeAsync();
        greeting.Filling.IsCompletedSuccessfully.Should().BeTrue();
    }

    private int Open => _all.Count(static connection => connection.Socket.LocalEndPoint is not null);

    private GreetedAhead Of(AnsweringBridge bridge)
    {
        var sam = new SamBridge(SocketEngine.Portable, bridge.EndPoint, new SamConnectionOptions());
        return new GreetedAhead(OpenAsync, _clock);

        async Task<SamConnection> OpenAsync(CancellationToken cancellationToken)
        {
            _asked++;
            SamConnection connection = await sam.GreetAsync(cancellationToken);
            _all.Add(connection);
            return connection;
        }
    }
}
