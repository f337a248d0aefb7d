using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class SharedTunnelTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_direction_ends_by_itself_in_either_order(bool diallerFirst)
    {
        await using SharedPair pair = new();
        (TunnelConnection ours, TunnelConnection theirs) = await pair.OpenAsync();
        (TunnelConnection first, TunnelConnection second) = diallerFirst ? (ours, theirs) : (theirs, ours);
        await first.SayAsync("question");
        await first.EndAsync();
        (await second.ToEndAsync()).Should().Be(8);
        second.ConnectionClosed.IsCancellationRequested.Should().BeFalse();
        await second.SayAsync("answer");
        await first.HearsAsync("answer");
        await second.SayAsync("and more");
        await second.EndAsync();
        (await first.ToEndAsync()).Should().Be(8);
        (ours.Cause, theirs.Cause).Should().Be((null, null));
        ours.ConnectionClosed.IsCancellationRequested.Should().BeTrue();
        await ours.DisposeAsync();
        await theirs.DisposeAsync();
        await pair.AreOpenAsync(0);
    }

    [Fact]
    public async Task A_stream_goes_to_the_service_as_it_is_published_now_while_those_before_go_on()
    {
        await using SharedPair pair = new();
        (TunnelConnection before, TunnelConnection theirs) = await pair.OpenAsync();
        pair.HasService = false;
        (await pair.Tunnel.OpenAsync(80, default).Soon()).Should().Be(((TunnelConnection?)null, TunnelRefusal.UnknownSite));
        pair.Service = new FakeService();
        pair.HasService = true;
        (TunnelConnection after, TunnelConnection theirsAfter) = await pair.OpenAsync();
        await after.SayAsync("new");
        await theirsAfter.HearsAsync("new");
        await before.SayAsync("old");
        await theirs.HearsAsync("old");
    }

    [Fact]
    public async Task Streams_are_apart_from_each_other()
    {
        await using SharedPair pair = new();
        List<(TunnelConnection Ours, TunnelConnection Theirs)> streams = [];
        for (int i = 0; i < 5; i++)
        {
            streams.Add(await pair.OpenAsync(80 + (i % 2)));
        }

        for (int i = 4; i >= 0; i--)
        {
            await streams[i].Ours.SayAsync($"to {i}");
        }

        for (int i = 0; i < 5; i++)
        {
            await streams[i].Theirs.HearsAsync($"to {i}");
            await streams[i].Theirs.SayAsync($"from {i}");
        }

        streams[0].Ours.Abort();
        await streams[1].Ours.EndAsync();
        for (int i = 1; i < 5; i++)
        {
            await streams[i].Ours.HearsAsync($"from {i}");
        }
    }

    [Fact]
    public async Task A_reader_that_does_not_read_holds_its_writer_and_no_other()
    {
        const int Much = 4 * 1024 * 1024;
        await using SharedPair pair = new();
        (TunnelConnection slow, TunnelConnection reader) = await pair.OpenAsync();
        (TunnelConnection ours, TunnelConnection theirs) = await pair.OpenAsync();
        Task writing = slow.Transport.Output.WriteAsync(new byte[Much], TestContext.Current.CancellationToken).AsTask();
        for (int i = 0; i < 200; i++)
        {
            await ours.SayAsync(new string('q', 20_000));
            await theirs.HearsAsync(new string('q', 20_000));
        }

        writing.IsCompleted.Should().BeFalse("a window is smaller than what is written");
        Task ending = Task.Run(async () =>
        {
            await writing;
            await slow.EndAsync();
        });
        (await reader.ToEndAsync()).Should().Be(Much);
        await ending.Soon();
    }

    [Fact]
    public async Task What_cannot_be_had_is_refused_and_takes_no_place()
    {
        await using SharedPair pair = new();
        (await pair.Tunnel.OpenAsync(79, default).Soon()).Refusal.Should().Be(TunnelRefusal.NoSuchPort);
        pair.Service.Places = 0;
        (await pair.Tunnel.OpenAsync(80, default).Soon()).Refusal.Should().Be(TunnelRefusal.Busy);
        pair.Service.Places = 1;
        (TunnelConnection ours, TunnelConnection theirs) = await pair.OpenAsync();
        await ours.SayAsync("still");
        await theirs.HearsAsync("still");
        await pair.AreOpenAsync(1);
    }

    [Fact]
    public async Task No_more_streams_are_open_than_may_be_and_places_come_back()
    {
        await using SharedPair pair = new();
        List<(TunnelConnection Ours, TunnelConnection Theirs)> streams = [];
        for (int i = 0; i < SharedTunnel.MostStreams; i++)
        {
            streams.Add(await pair.OpenAsync());
        }

        (await pair.Tunnel.OpenAsync(80, default).Soon()).Refusal.Should().Be(TunnelRefusal.Busy);
        foreach ((TunnelConnection ours, TunnelConnection theirs) in streams.Take(10))
        {
            await ours.DisposeAsync();
            await theirs.DisposeAsync();
        }

        await pair.AreOpenAsync(SharedTunnel.MostStreams - 10);
        (TunnelConnection more, TunnelConnection visitor) = await pair.OpenAsync();
        await more.SayAsync("here");
        await visitor.HearsAsync("here");
    }

    [Fact]
    public async Task A_stream_that_is_dropped_is_cut_for_the_other_side_and_leaves_the_others_alone()
    {
        await using SharedPair pair = new();
        (TunnelConnection ours, TunnelConnection theirs) = await pair.OpenAsync();
        for (int i = 0; i < 50; i++)
        {
            (TunnelConnection dropped, TunnelConnection cut) = await pair.OpenAsync();
            (dropped, cut) = i % 2 == 0 ? (dropped, cut) : (cut, dropped);
            await dropped.SayAsync("half");
            await cut.HearsAsync("half");
            dropped.Abort();
            await cut.Awaiting(static connection => connection.ToEndAsync()).Should().ThrowAsync<ConnectionResetException>();
            cut.ConnectionClosed.IsCancellationRequested.Should().BeTrue();
            await dropped.DisposeAsync();
            await cut.DisposeAsync();
        }

        await ours.SayAsync("whole");
        await theirs.HearsAsync("whole");
        await pair.AreOpenAsync(1);
    }

    [Theory]
    [InlineData("the dialler's tunnel is disposed")]
    [InlineData("the service's side is stopped")]
    [InlineData("the connection is cut")]
    [InlineData("the connection ends in good order")]
    public async Task The_connections_end_is_no_good_end_of_its_streams(string how)
    {
        await using SharedPair pair = new();
        (TunnelConnection ours, TunnelConnection theirs) = await pair.OpenAsync();
        await ours.SayAsync("half");
        await theirs.HearsAsync("half");
        switch (how)
        {
            case "the dialler's tunnel is disposed":
                await pair.Tunnel.DisposeAsync();
                break;
            case "the service's side is stopped":
                pair.Stop();
                break;
            case "the connection is cut":
                pair.Dialled.Abort(new ConnectionAbortedException());
                break;
            default:
                await pair.Dialled.Transport.Output.CompleteAsync();
                break;
        }

        foreach (TunnelConnection connection in new[] { ours, theirs })
        {
            await connection.Awaiting(static end => end.ToEndAsync()).Should().ThrowAsync<IOException>();
        }

        await pair.Serving.Soon();
        await ours.DisposeAsync();
        await pair.AreOpenAsync(0);
        await pair.Tunnel.Awaiting(static tunnel => tunnel.OpenAsync(80, default).Soon()).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task A_retired_connection_ends_with_its_last_stream_and_nothing_is_lost()
    {
        for (int i = 0; i < 20; i++)
        {
            await using SharedPair pair = new();
            (TunnelConnection ours, TunnelConnection theirs) = await pair.OpenAsync();
            pair.Tunnel.Retire();
            await theirs.SayAsync("still");
            await theirs.EndAsync();
            await ours.HearsAsync("still");
            await ours.Transport.Output.WriteAsync(new byte[60_000], TestContext.Current.CancellationToken);
            await ours.DisposeAsync();
            (await theirs.ToEndAsync()).Should().Be(60_000);
            await theirs.DisposeAsync();
            await pair.Serving.Soon();
            await Task.WhenAny(pair.Tunnel.Ended).Soon();
        }
    }

    [Fact]
    public async Task One_that_carries_nothing_ends_when_it_is_retired()
    {
        await using SharedPair pair = new();
        pair.Tunnel.Retire();
        await pair.Serving.Soon();
        await Task.WhenAny(pair.Tunnel.Ended).Soon();
    }

    [Fact]
    public async Task Giving_up_while_a_stream_is_opened_takes_no_place()
    {
        (MemoryEnd dialled, _) = MemoryEnd.Pair();
        await using SharedTunnel tunnel = SharedTunnel.Over(SharedPair.StreamOf(dialled), TimeProvider.System);
        for (int i = 0; i < 3 * SharedTunnel.MostStreams; i++)
        {
            using CancellationTokenSource enough = new();
            Task opening = tunnel.OpenAsync(80, enough.Token);
            tunnel.Open.Should().Be(1);
            await enough.CancelAsync();
            await opening.Awaiting(static task => task.Soon()).Should().ThrowAsync<OperationCanceledException>();
            tunnel.Open.Should().Be(0);
        }
    }
}
