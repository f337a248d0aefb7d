using System.Net;
using Xunit;

namespace Klyntar.Overlay.Testing;

public abstract partial class TransportContract
{
    /// <summary>What an overlay says of an address that nobody published.</summary>
    private static readonly DialErrorKind[] NobodyThere =
    [
        DialErrorKind.NotFound, DialErrorKind.Unreachable, DialErrorKind.Refused, DialErrorKind.PortClosed, DialErrorKind.TimedOut, DialErrorKind.InvalidDescriptor,
    ];

    /// <summary>Before the transport is ready, a dial waits for it, inside its deadline.</summary>
    [Fact]
    public async Task A_dial_before_the_start_waits_until_its_deadline_and_says_that_the_transport_is_not_ready()
    {
        ITransport transport = NewTransport();
        var request = new DialRequest(CreateUnpublishedEndPoint(transport)) { Deadline = Deadline.After(TimeSpan.FromMilliseconds(20), TimeProvider.System) };
        DialResult result = await Within(transport.DialAsync(request, Stop), "A dial before the start, with a deadline of 20 ms,");
        Assert.Equal(DialErrorKind.TransportNotReady, result.Error?.Kind);
    }

    /// <summary>Before the transport is ready, a dial can be given up.</summary>
    [Fact]
    public async Task A_dial_that_waits_for_the_start_can_be_given_up()
    {
        ITransport transport = NewTransport();
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task<DialResult> dial = transport.DialAsync(new DialRequest(CreateUnpublishedEndPoint(transport)), giveUp.Token).AsTask();
        Assert.False(dial.IsCompleted, "A dial before the start waits.");
        await giveUp.CancelAsync();
        DialResult result = await Within(ValueOf(dial), "A dial that was given up");
        Assert.Equal(DialErrorKind.Cancelled, result.Error?.Kind);
    }

    /// <summary>A dial may come before the transport is ready, and is served when it is.</summary>
    [Fact]
    public async Task A_dial_that_waits_for_the_start_is_served_once_the_transport_is_ready()
    {
        ITransport transport = NewTransport();
        using TestTransportContext context = CreateContext();
        Task<DialResult> dial = transport.DialAsync(
            new DialRequest(CreateUnpublishedEndPoint(transport)) { Deadline = Deadline.After(Limits.Patience / 2, context.Clock) },
            Stop).AsTask();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Limits.Patience);
        await transport.StartAsync(context, patience.Token);
        DialResult result = await Within(ValueOf(dial), "A dial that waited for the start");
        Assert.True(result.Error is { } error && NobodyThere.Contains(error.Kind), $"The dial must be served after the start, but: {result.Error}");
        await Within(transport.DisposeAsync(), "Disposing a transport");
    }

    /// <summary>A failure is told in the one vocabulary, so that doors can answer their clients.</summary>
    [Fact]
    public async Task Dialling_an_address_that_nobody_published_fails_in_the_vocabulary()
    {
        TransportPair pair = await PairAsync();
        OverlayEndPoint endPoint = CreateUnpublishedEndPoint(pair.Dialler.Transport);
        DialResult result = await Within(
            ValueOf(pair.Dialler.Transport.DialAsync(Request(pair.Dialler, endPoint, Limits.Patience / 2), Stop)),
            "Dialling an address that nobody published");
        Assert.False(result.IsConnected, "Nobody published the address.");
        Assert.True(NobodyThere.Contains(result.Error.Kind), $"Nobody being there is one of {string.Join(", ", NobodyThere)}, but: {result.Error}");
        Assert.Equal(pair.Dialler.Transport.Name, result.Error.Transport);
        AssertHoldsNoAddress(result.Error.ToString(), endPoint);
    }

    /// <summary>A port that was not published is nobody's.</summary>
    [Fact]
    public async Task Dialling_a_port_that_is_not_published_fails()
    {
        TransportPair pair = await PairAsync();
        Assert.SkipUnless(pair.Publisher.Transport.Capabilities.SharedAddress, "The overlay's addresses carry no ports.");
        ContractHost host = await SharedHostAsync(pair);
        await ConnectAsync(pair, host);
        OverlayEndPoint published = host.Service.EndPoints[0];
        OverlayEndPoint closed = pair.Dialler.Transport.Parse(published.Host, NextPort()).EndPoint!;
        DialResult result = await Within(
            ValueOf(pair.Dialler.Transport.DialAsync(Request(pair.Dialler, closed, Limits.Patience / 2), Stop)),
            "Dialling a port that is not published");
        Assert.False(result.IsConnected, "The port is not published.");
        Assert.True(NobodyThere.Contains(result.Error.Kind), $"A port that is not published is one of {string.Join(", ", NobodyThere)}, but: {result.Error}");
        AssertHoldsNoAddress(result.Error.ToString(), published);
    }

    /// <summary>A transport dials its own overlay and nothing else: there is no way around.</summary>
    [Fact]
    public async Task An_end_point_that_is_not_of_this_overlay_is_refused()
    {
        TransportPair pair = await PairAsync();
        foreach (EndPoint endPoint in (EndPoint[])[new DnsEndPoint("example.invalid", 80), new IPEndPoint(IPAddress.Loopback, 9), new ForeignEndPoint("a.another", 80)])
        {
            DialResult result = await Within(
                ValueOf(pair.Dialler.Transport.DialAsync(new DialRequest(endPoint) { Deadline = Deadline.After(Limits.Patience / 2, pair.Dialler.Context.Clock) }, Stop)),
                "Dialling an end point of another overlay");
            Assert.True(
                result.Error?.Kind is DialErrorKind.NotAnOverlayName or DialErrorKind.InvalidAddress or DialErrorKind.NotAllowed,
                $"A {endPoint.GetType().Name} is not this overlay's and must be refused, but: {result.Error?.ToString() ?? "connected"}");
        }
    }

    /// <summary>Giving up and running out of time are values, at any stage.</summary>
    [Fact]
    public async Task A_dial_that_is_given_up_or_late_is_a_value()
    {
        TransportPair pair = await PairAsync();
        ITransport transport = pair.Dialler.Transport;
        ContractHost host = await SharedHostAsync(pair);
        OverlayEndPoint published = host.Service.EndPoints[0];
        OverlayEndPoint nowhere = CreateUnpublishedEndPoint(transport);

        DialResult cancelled = await Within(ValueOf(transport.DialAsync(Request(pair.Dialler, published, Limits.Patience), new CancellationToken(canceled: true))), "A cancelled dial");
        Assert.Equal(DialErrorKind.Cancelled, cancelled.Error?.Kind);

        DialResult late = await Within(ValueOf(transport.DialAsync(Request(pair.Dialler, published, TimeSpan.Zero), Stop)), "A dial whose time is over");
        Assert.Equal(DialErrorKind.TimedOut, late.Error?.Kind);

        foreach (int milliseconds in (int[])[0, 1, 5, 20])
        {
            using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            Task<DialResult> dial = ValueOf(transport.DialAsync(Request(pair.Dialler, nowhere, Limits.Patience), giveUp.Token));
            giveUp.CancelAfter(milliseconds);
            DialResult givenUp = await Within(dial, "A dial that was given up");
            Assert.True(
                givenUp.Error?.Kind is DialErrorKind.Cancelled || (givenUp.Error is { } error && NobodyThere.Contains(error.Kind)),
                $"A dial given up after {milliseconds} ms is cancelled, or was answered before, but: {givenUp.Error}");

            DialResult short1 = await Within(
                ValueOf(transport.DialAsync(Request(pair.Dialler, nowhere, TimeSpan.FromMilliseconds(milliseconds)), Stop)),
                $"A dial with a deadline of {milliseconds} ms");
            Assert.True(
                short1.Error is { } other && NobodyThere.Contains(other.Kind),
                $"A dial with a deadline of {milliseconds} ms is timed out, or was answered before, but: {short1.Error}");
        }
    }

    /// <summary>Preparing is a hint: it never fails aloud.</summary>
    [Fact]
    public async Task Warming_is_silent_whatever_it_is_given()
    {
        TransportPair pair = await PairAsync();
        ITransport transport = pair.Dialler.Transport;
        OverlayEndPoint endPoint = CreateUnpublishedEndPoint(transport);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Limits.Patience / 2);
        await Within(transport.WarmAsync([], IsolationKey.Shared, patience.Token), "Warming nothing");
        await Within(transport.WarmAsync([endPoint, endPoint], IsolationKey.Unique(), patience.Token), "Warming an address that nobody published");
        await Within(transport.WarmAsync([new ForeignEndPoint("a.another", 80)], IsolationKey.Shared, patience.Token), "Warming an address of another overlay");
        await Within(transport.WarmAsync([endPoint], IsolationKey.Shared, new CancellationToken(canceled: true)), "Warming that was given up");
    }

    /// <summary>The result of a dial, whose failures are never exceptions.</summary>
    private static async Task<DialResult> ValueOf(Task<DialResult> dial)
    {
        try
        {
            return await dial.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Assert.Fail($"A dial's failures are values, but it threw {e}");
            return default;
        }
    }

    private static Task<DialResult> ValueOf(ValueTask<DialResult> dial) => ValueOf(dial.AsTask());

    private static void AssertHoldsNoAddress(string text, OverlayEndPoint endPoint) =>
        Assert.DoesNotContain(endPoint.Host[..Math.Max(1, endPoint.Host.LastIndexOf('.'))], text, StringComparison.OrdinalIgnoreCase);

    private sealed class ForeignEndPoint(string host, int port) : OverlayEndPoint("another", host, port);
}
