using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class SharedTunnelsTests : IAsyncDisposable
{
    private static readonly SharedTunnels.Key Alice = KeyOf(ZeroNetPrivateKey.Create().Address, "a", IsolationKey.Shared);

    private readonly FakeTimeProvider _clock = new();
    private readonly ConcurrentQueue<SharedPair> _pairs = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SharedTunnels _tunnels;

    public SharedTunnelsTests() => _tunnels = new SharedTunnels(_clock);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _tunnels.DisposeAsync();
        foreach (SharedPair pair in _pairs)
        {
            await pair.DisposeAsync();
        }

        _stop.Dispose();
    }

    [Fact]
    public async Task Streams_of_different_clients_visitors_gateways_or_services_never_share_a_connection()
    {
        SharedTunnels.Key[] keys =
        [
            Alice,
            Alice with { Isolation = IsolationKey.Unique() },
            Alice with { Visitor = ZeroNetPrivateKey.Create().Address },
            Alice with { Site = ZeroNetPrivateKey.Create().Address },
            Alice with { EndPoint = Alice.EndPoint with { Port = 444 } },
        ];
        foreach (SharedTunnels.Key key in keys.Concat(keys))
        {
            await OpenAsync(key);
        }

        _pairs.Should().HaveCount(keys.Length).And.OnlyContain(static pair => pair.Tunnel.Open == 2);
    }

    [Fact]
    public async Task Of_many_who_come_at_once_one_connects()
    {
        TaskCompletionSource go = new();
        Task<DialResult>[] opening = [.. Enumerable.Range(0, 20).Select(_ => _tunnels.OpenAsync(Alice, 80, async stop =>
        {
            await go.Task;
            return await ConnectAsync(stop);
        }, default))];
        go.SetResult();
        (await Task.WhenAll(opening).Soon()).Should().OnlyContain(static result => result.IsConnected);
        _pairs.Should().ContainSingle().Which.Tunnel.Open.Should().Be(20);
    }

    [Fact]
    public async Task A_full_connection_goes_on_beside_a_new_one()
    {
        List<ConnectionContext> streams = [];
        for (int i = 0; i < SharedTunnel.MostStreams + 1; i++)
        {
            streams.Add(await OpenAsync(Alice));
        }

        _pairs.Select(static pair => pair.Tunnel.Open).Should().Equal(SharedTunnel.MostStreams, 1);
        foreach (ConnectionContext stream in streams)
        {
            await stream.DisposeAsync();
        }

        await _pairs.First().Serving.Soon();
        _pairs.Last().Serving.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task A_dead_connection_is_replaced_once()
    {
        await OpenAsync(Alice);
        SharedPair dead = _pairs.First();
        dead.Dialled.Abort(new ConnectionAbortedException());
        await dead.Serving.Soon();
        (await Task.WhenAll(OpenAsync(Alice), OpenAsync(Alice), OpenAsync(Alice)).Soon()).Should().HaveCount(3);
        _pairs.Should().HaveCount(2);
    }

    [Fact]
    public async Task Where_new_connections_die_as_well_it_is_not_tried_for_ever()
    {
        int connected = 0;
        DialResult result = await _tunnels.OpenAsync(Alice, 80, async _ =>
        {
            connected++;
            (MemoryEnd dialled, MemoryEnd gateway) = MemoryEnd.Pair();
            SharedTunnel tunnel = SharedTunnel.Over(SharedPair.StreamOf(dialled), _clock);
            await gateway.DisposeAsync();
            return (tunnel, null);
        }, default).Soon();
        result.Error!.Kind.Should().Be(DialErrorKind.Unreachable);
        connected.Should().Be(2);
    }

    [Fact]
    public async Task An_error_and_a_refusal_are_passed_on()
    {
        DialError unreachable = new(DialErrorKind.Unreachable);
        (await _tunnels.OpenAsync(Alice, 80, _ => Task.FromResult<(SharedTunnel?, DialError?)>((null, unreachable)), default).Soon()).Error.Should().Be(unreachable);
        (await _tunnels.OpenAsync(Alice, 79, ConnectAsync, default).Soon()).Error!.Kind.Should().Be(DialErrorKind.PortClosed);
        await OpenAsync(Alice);
        _pairs.Should().ContainSingle("a refusal is no reason for another connection");
    }

    [Fact]
    public async Task What_carries_nothing_for_a_while_is_closed_and_what_carries_something_is_not()
    {
        Task sweeping = _tunnels.SweepAsync(_stop.Token);
        SharedTunnels.Key idle = Alice with { Isolation = IsolationKey.Unique() };
        await using ConnectionContext used = await OpenAsync(Alice);
        await (await OpenAsync(idle)).DisposeAsync();
        SharedPair[] pairs = [.. _pairs];
        await pairs[1].AreOpenAsync(0);
        DateTimeOffset begun = _clock.GetUtcNow();
        await PassUntilAsync(pairs[1].Serving);
        (_clock.GetUtcNow() - begun).Should().BeGreaterThanOrEqualTo(TimeSpan.FromMinutes(5));
        pairs[0].Serving.IsCompleted.Should().BeFalse();

        // The time begins when the last stream has ended, not when it began.
        await used.DisposeAsync();
        await pairs[0].AreOpenAsync(0);
        DateTimeOffset ended = _clock.GetUtcNow();
        await PassUntilAsync(pairs[0].Serving);
        (_clock.GetUtcNow() - ended).Should().BeGreaterThan(TimeSpan.FromMinutes(3));
        await _stop.CancelAsync();
        await sweeping.Awaiting(static task => task.Soon()).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task After_leaving_all_nothing_is_shared_with_what_was_before_which_goes_on()
    {
        await using ConnectionContext before = await OpenAsync(Alice);
        _tunnels.LeaveAll();
        await OpenAsync(Alice);
        _pairs.Should().HaveCount(2);
        (TunnelConnection theirs, _, _) = await _pairs.First().Service.VisitorAsync();
        await ((TunnelConnection)before).SayAsync("still");
        await theirs.HearsAsync("still");
        await before.DisposeAsync();
        await _pairs.First().Serving.Soon();
    }

    [Fact]
    public async Task A_connection_that_comes_about_while_all_are_left_ends_with_its_stream()
    {
        TaskCompletionSource go = new();
        Task<DialResult> opening = _tunnels.OpenAsync(Alice, 80, async stop =>
        {
            await go.Task;
            return await ConnectAsync(stop);
        }, default);
        _tunnels.LeaveAll();
        go.SetResult();
        ConnectionContext stream = (await opening.Soon()).Connection!;
        await OpenAsync(Alice);
        _pairs.Should().HaveCount(2);
        await stream.DisposeAsync();
        await _pairs.First().Serving.Soon();
        _pairs.Last().Serving.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task A_connection_that_comes_about_while_all_are_closed_is_closed()
    {
        TaskCompletionSource go = new();
        Task<DialResult> opening = _tunnels.OpenAsync(Alice, 80, async stop =>
        {
            await go.Task;
            return await ConnectAsync(stop);
        }, default);
        await _tunnels.DisposeAsync();
        go.SetResult();
        await opening.Awaiting(static task => task.Soon()).Should().ThrowAsync<ObjectDisposedException>();
        await _pairs.Single().Serving.Soon();
        await _tunnels.Awaiting(tunnels => tunnels.OpenAsync(Alice, 80, ConnectAsync, default)).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(20, true)]
    public async Task A_connection_that_was_silent_for_long_is_given_up_by_the_next_one(int seconds, bool isReplaced)
    {
        int connected = 0;
        for (int i = 0; i < 2; i++)
        {
            using CancellationTokenSource enough = new();
            Task opening = _tunnels.OpenAsync(Alice, 80, _ =>
            {
                connected++;
                return Task.FromResult<(SharedTunnel?, DialError?)>((SharedTunnel.Over(SharedPair.StreamOf(MemoryEnd.Pair().Dialled), _clock), null));
            }, enough.Token);
            _clock.Advance(TimeSpan.FromSeconds(seconds));
            await enough.CancelAsync();
            await opening.Awaiting(static task => task.Soon()).Should().ThrowAsync<OperationCanceledException>();
        }

        connected.Should().Be(isReplaced ? 2 : 1);
    }

    private static SharedTunnels.Key KeyOf(ZeroNetAddress visitor, string letter, IsolationKey isolation) =>
        new(ZeroNetPrivateKey.Create().Address, new RecordedEndPoint(RecordedEndPointKind.Onion, letter + ".onion", 443, new string('a', 64)), isolation, visitor);

    private Task<(SharedTunnel? Tunnel, DialError? Error)> ConnectAsync(CancellationToken stop)
    {
        SharedPair pair = new(_clock);
        _pairs.Enqueue(pair);
        return Task.FromResult<(SharedTunnel?, DialError?)>((pair.Tunnel, null));
    }

    private async Task<ConnectionContext> OpenAsync(SharedTunnels.Key key)
    {
        DialResult result = await _tunnels.OpenAsync(key, 80, ConnectAsync, TestContext.Current.CancellationToken).Soon();
        result.IsConnected.Should().BeTrue();
        return result.Connection!;
    }

    // A sweep after the other, each as far as it comes.
    private async Task PassUntilAsync(Task task)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(TimeSpan.FromSeconds(30));
        while (!task.IsCompleted)
        {
            late.Token.ThrowIfCancellationRequested();
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }
}
