using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.Socks.Tests;

/// <summary>A server that never answers, and one that is away, on virtual time.</summary>
public sealed class TimeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_never_answers_is_waited_for_until_the_deadline_and_no_longer()
    {
        await using UpstreamScript server = UpstreamScript.Answers(stays: true, UpstreamScript.Chosen, []);
        var clock = new WatchedClock();
        await using StartedTransport started = await StartAsync(server.EndPoint, clock);

        Task<DialResult> dial = started.Transport.DialAsync(Request(started.Transport) with { Deadline = Deadline.After(TimeSpan.FromSeconds(30), clock) }, Stop).AsTask();
        await clock.BegunAsync(TimeSpan.FromSeconds(30));
        clock.Advance(TimeSpan.FromSeconds(29));
        dial.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(1));

        (await dial).Error!.Kind.Should().Be(DialErrorKind.TimedOut);
    }

    [Fact]
    public async Task Without_a_deadline_the_configured_time_is_the_limit()
    {
        await using UpstreamScript server = UpstreamScript.Answers(stays: true, UpstreamScript.Chosen, []);
        var clock = new WatchedClock();
        await using StartedTransport started = await StartAsync(server.EndPoint, clock);

        Task<DialResult> dial = started.Transport.DialAsync(Request(started.Transport), Stop).AsTask();
        await clock.PassAsync(new SocksOptions().DialTimeout);

        (await dial).Error!.Kind.Should().Be(DialErrorKind.TimedOut);
    }

    [Fact]
    public async Task Giving_up_a_dial_leaves_the_server_at_once()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using UpstreamScript server = UpstreamScript.Does(async (socket, token) =>
        {
            var buffer = new byte[16];

            // The transport's own look whether the server is there says nothing and leaves.
            if (await socket.ReceiveAsync(buffer, token) > 0)
            {
                asked.TrySetResult();
                while (await socket.ReceiveAsync(buffer, token) > 0)
                {
                }

                left.TrySetResult();
            }
        });
        await using StartedTransport started = await StartAsync(server.EndPoint, new WatchedClock());
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        Task<DialResult> dial = started.Transport.DialAsync(Request(started.Transport), giveUp.Token).AsTask();
        await asked.Task.WaitAsync(Stop);
        await giveUp.CancelAsync();

        (await dial).Error!.Kind.Should().Be(DialErrorKind.Cancelled);
        await left.Task.WaitAsync(Stop);
    }

    [Fact]
    public async Task A_server_that_is_away_is_told_of_and_looked_for_until_it_is_back()
    {
        IPEndPoint endPoint = Free();
        var clock = new WatchedClock();
        await using SocksTransport transport = UpstreamScript.Transport(endPoint);
        using var context = new TestTransportContext(clock);
        await transport.StartAsync(context, Stop);
        await UntilAsync(transport, s => s is TransportStatus.Degraded);
        transport.Status.Current.ToString().Should().Be("degraded: The SOCKS server of the upstream scripted cannot be connected to (ConnectionRefused). Start it, or correct \"server\".");

        DialResult refused = await transport.DialAsync(Request(transport), Stop);
        refused.Error.Should().Be(new DialError(DialErrorKind.TransportNotReady, "socks", "upstream scripted: connect: ConnectionRefused"));

        await using var server = new SocksServerHost(endPoint: endPoint);
        await clock.PassAsync(UpstreamWatch.Pause);
        await UntilAsync(transport, s => s.IsReady);
        context.Log.Lines.Should().ContainSingle(l => l.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Fact]
    public async Task A_dial_that_finds_the_server_gone_says_so_in_the_status()
    {
        var clock = new WatchedClock();
        var server = new SocksServerHost();
        await using StartedTransport started = await StartAsync(server.EndPoint, clock);
        await server.DisposeAsync();

        (await started.Transport.DialAsync(Request(started.Transport), Stop)).Error!.Kind.Should().Be(DialErrorKind.TransportNotReady);

        started.Transport.Status.Current.Should().BeOfType<TransportStatus.Degraded>();
        await clock.BegunAsync(UpstreamWatch.Pause);
    }

    private static Task<StartedTransport> StartAsync(IPEndPoint server, TimeProvider clock) =>
        StartedTransport.StartAsync(UpstreamScript.Transport(server), new TestTransportContext(clock), Stop);

    private static DialRequest Request(ITransport transport) => new(transport.Parse("some.test", 80).EndPoint!);

    private static async Task UntilAsync(SocksTransport transport, Func<TransportStatus, bool> isAwaited)
    {
        await foreach (TransportStatus status in transport.Status.WatchAsync(Stop))
        {
            if (isAwaited(status))
            {
                return;
            }
        }
    }

    private static IPEndPoint Free()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return (IPEndPoint)probe.LocalEndpoint;
    }
}
