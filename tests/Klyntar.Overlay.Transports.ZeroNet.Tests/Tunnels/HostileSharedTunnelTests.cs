using System.IO.Pipelines;
using Klyntar.Overlay.Testing;
using Nerdbank.Streams;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>What a visitor may send over a connection that carries streams, whose key anybody can make.</summary>
public sealed class HostileSharedTunnelTests : IDisposable
{
    private readonly FakeService _service = new();
    private readonly CancellationTokenSource _stop = new();

    public void Dispose() => _stop.Dispose();

    [Theory]
    [InlineData("no frames", "474554202f20485454502f312e310d0a0d0a")]
    [InlineData("an array of another length", "95000101c40100c0")]
    [InlineData("a frame longer than any", "94020101c6ffffffff")]
    [InlineData("a frame a little longer than any", "94020101c55001")]
    [InlineData("a code that is a text", "93a1610101")]
    [InlineData("a stream's number below nothing", "9300ff01")]
    [InlineData("a source that is none", "93000105")]
    [InlineData("a payload that is a text", "94000101a3913830")]
    [InlineData("an offer of a stream of ours", "940001ffc4049191a23830")]
    [InlineData("an offer of a seeded stream", "94000100c40491a23830")]
    [InlineData("an offer twice", "94000101c40491a2383094000101c40491a23830")]
    [InlineData("an offer without a name", "94000101c40190")]
    [InlineData("an offer that is no MessagePack", "94000101c401c1")]
    [InlineData("the end of a stream that is none", "93030501")]
    [InlineData("a window that is asked for twice", "94000101c40491a238309308010193080101")]
    public async Task What_breaks_the_protocol_ends_the_connection(string what, string hex)
    {
        (MemoryEnd visitor, Task serving) = Serve();
        await visitor.Transport.Output.WriteAsync(Convert.FromHexString(hex), TestContext.Current.CancellationToken);
        await serving.Soon();
        what.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Streams_offered_without_end_and_never_read_end_the_connection()
    {
        foreach (bool areTerminated in new[] { false, true })
        {
            (MemoryEnd visitor, Task serving) = Serve(window: 16);
            int offered = await FloodAsync(visitor, serving, stream => $"9400cd{stream:x4}01c40491a23830" + (areTerminated ? $"9304cd{stream:x4}01" : ""));
            offered.Should().BeLessThan(20_000);
            _service.Places.Should().BeGreaterThan(1000 - (3 * SharedTunnel.MostStreams));
        }
    }

    [Fact]
    public async Task Names_that_are_no_ports_are_refused_and_bounded()
    {
        (MemoryEnd visitor, Task serving) = Serve();
        MultiplexingStream streams = MultiplexingStream.Create(SharedPair.StreamOf(visitor), new MultiplexingStream.Options { ProtocolMajorVersion = 3 });
        foreach (string name in new[] { "", "x", "-80", "+80", "0x50", "80.0", " 80", "79", "4294967376", "99999999999999999999", new string('8', 15_000) })
        {
            MultiplexingStream.Channel channel = await streams.OfferChannelAsync(name, TestContext.Current.CancellationToken).Soon();
            ReadResult verdict = await channel.Input.ReadAtLeastAsync(1, TestContext.Current.CancellationToken).AsTask().Soon();
            verdict.Buffer.FirstSpan.ToArray().Should().Equal([1], name);
            channel.Dispose();
        }

        _service.Places.Should().Be(1000);
        await streams.DisposeAsync();
        await serving.Soon();

        (visitor, serving) = Serve();
        (await FloodAsync(visitor, serving, static stream => $"9400cd{stream:x4}01c40491a27878")).Should().BeLessThan(20_000);
    }

    [Fact]
    public async Task Whoever_never_reads_is_cut_in_time()
    {
        WatchedClock clock = new();
        (MemoryEnd visitor, Task serving) = Serve(window: 1, clock);
        await visitor.Transport.Output.WriteAsync(Convert.FromHexString("94000101c40491a23830"), TestContext.Current.CancellationToken).AsTask().Soon();
        await clock.PassAsync(TimeSpan.FromMinutes(2));
        await serving.Soon();
    }

    [Fact]
    public async Task A_write_that_is_late_before_it_has_begun_cuts_the_connection_too()
    {
        (MemoryEnd visitor, Task serving) = Serve(clock: new LateClock());
        await visitor.Transport.Output.WriteAsync(Convert.FromHexString("94000101c40491a23830"), TestContext.Current.CancellationToken).AsTask().Soon();
        await serving.Soon();
    }

    [Fact]
    public async Task Whoever_sends_more_than_the_window_loses_the_stream_and_no_memory()
    {
        (MemoryEnd visitor, Task serving) = Serve(window: 1024 * 1024);
        await visitor.Transport.Output.WriteAsync(Convert.FromHexString("94000101c40491a23830"), TestContext.Current.CancellationToken);
        (TunnelConnection connection, _, _) = await _service.VisitorAsync();
        byte[] content = [.. Convert.FromHexString("94020101c55000"), .. new byte[0x5000]];
        for (int i = 0; i < 200; i++)
        {
            await visitor.Transport.Output.WriteAsync(content, TestContext.Current.CancellationToken).AsTask().Soon();
        }

        await connection.Awaiting(static stream => stream.ToEndAsync()).Should().ThrowAsync<IOException>();
        await _stop.CancelAsync();
        await serving.Soon();
    }

    [Fact]
    public async Task A_gateway_that_offers_streams_to_its_visitor_is_left()
    {
        (MemoryEnd dialled, MemoryEnd gateway) = MemoryEnd.Pair();
        await using SharedTunnel tunnel = SharedTunnel.Over(SharedPair.StreamOf(dialled), TimeProvider.System);
        Task opening = tunnel.OpenAsync(80, default);
        await gateway.Transport.Output.WriteAsync(Convert.FromHexString("94000101c40491a23830"), TestContext.Current.CancellationToken);
        await opening.Awaiting(static task => task.Soon()).Should().ThrowAsync<IOException>();
        await tunnel.Awaiting(static left => left.Ended.Soon()).Should().ThrowAsync<IOException>();
    }

    [Theory]
    [InlineData("", "no answer")]
    [InlineData("9304 01ff", "a stream that is ended at once")]
    [InlineData("9301 01ff 9303 01ff", "no verdict")]
    public async Task A_gateway_that_does_not_keep_its_promises_is_an_error(string hex, string what)
    {
        (MemoryEnd dialled, MemoryEnd gateway) = MemoryEnd.Pair();
        await using SharedTunnel tunnel = SharedTunnel.Over(SharedPair.StreamOf(dialled), TimeProvider.System);
        Task opening = tunnel.OpenAsync(80, default);
        await gateway.Transport.Output.WriteAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        await gateway.Transport.Output.CompleteAsync();
        await opening.Awaiting(static task => task.Soon()).Should().ThrowAsync<IOException>(what);
    }

    private (MemoryEnd Visitor, Task Serving) Serve(int window = 64 * 1024, TimeProvider? clock = null)
    {
        (MemoryEnd visitor, MemoryEnd accepted) = MemoryEnd.Pair(window);
        return (visitor, SharedTunnel.ServeAsync(SharedPair.StreamOf(accepted), () => _service, SharedPair.Visitor, clock ?? TimeProvider.System, _stop.Token));
    }

    // Sends until the connection ends.
    private static async Task<int> FloodAsync(MemoryEnd visitor, Task serving, Func<int, string> frames)
    {
        int sent = 256;
        for (; !serving.IsCompleted && sent < ushort.MaxValue; sent++)
        {
            try
            {
                await visitor.Transport.Output.WriteAsync(Convert.FromHexString(frames(sent)), TestContext.Current.CancellationToken).AsTask().Soon();
            }
            catch (InvalidOperationException)
            {
                // It was reset.
                break;
            }
        }

        await serving.Soon();
        return sent;
    }
}
