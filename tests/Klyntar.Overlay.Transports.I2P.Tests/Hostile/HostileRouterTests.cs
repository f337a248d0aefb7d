using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>A transport on a router that refuses, lies or goes away. It says so, and goes on where that makes sense.</summary>
public sealed class HostileRouterTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("RESULT=DUPLICATED_DEST", "the identity is in use on this router already")]
    [InlineData("RESULT=DUPLICATED_ID", "a session of that name exists already")]
    [InlineData("RESULT=INVALID_KEY", "it does not take the key")]
    [InlineData("RESULT=I2P_ERROR MESSAGE=\"Unknown STYLE\"", "It says: Unknown STYLE")]
    [InlineData("RESULT=OK DESTINATION=" + Vectors.PrivateKey, "something else where a destination is due")]
    [InlineData("RESULT=OK", "something else where a destination is due")]
    [InlineData("DESTINATION=none", "without a RESULT")]
    public async Task A_service_that_a_router_refuses_says_why_and_is_published_once_it_does_not(string answer, string said)
    {
        string? refused = $"SESSION STATUS {answer}\n";
        await using var bridge = new AnsweringBridge(line => line.StartsWith("SESSION", StringComparison.Ordinal) && Volatile.Read(ref refused) is { } no ? no : AnsweringBridge.Politely(line));
        using var context = new TestTransportContext();
        await using I2PTransport transport = await StartAsync(bridge.EndPoint, context);
        var definition = new ServiceDefinition { Name = "node", Identity = transport.Identities.Create(), Ports = [80] };
        await using IPublishedService service = (await transport.PublishAsync(definition, Ct)).Service!;
        string why = "";
        await foreach (ServiceStatus status in service.Status.WatchAsync(Ct))
        {
            why = status.ToString()!;
            if (why.Contains(said, StringComparison.Ordinal))
            {
                break;
            }
        }

        why.Should().StartWith("publishing: The ");
        Volatile.Write(ref refused, null);
        await foreach (ServiceStatus status in service.Status.WatchAsync(Ct))
        {
            if (status.IsPublished)
            {
                break;
            }
        }
    }

    [Theory]
    [InlineData("RESULT=INVALID_KEY", DialErrorKind.NotFound)]
    [InlineData("RESULT=CANT_REACH_PEER MESSAGE=\"LeaseSet not found\"", DialErrorKind.Unreachable)]
    [InlineData("RESULT=I2P_ERROR MESSAGE=\"Can't connect to myself\"", DialErrorKind.Unreachable)]
    [InlineData("RESULT=DUPLICATED_DEST", DialErrorKind.ProtocolViolation)]
    [InlineData("NOTHING=1", DialErrorKind.ProtocolViolation)]
    public async Task A_dial_that_a_router_refuses_ends_in_the_vocabulary_and_repeats_no_address(string answer, DialErrorKind kind)
    {
        await using var bridge = new AnsweringBridge(line => line.StartsWith("STREAM CONNECT", StringComparison.Ordinal) ? $"STREAM STATUS {answer}\n" : AnsweringBridge.Politely(line));
        using var context = new TestTransportContext();
        await using I2PTransport transport = await StartAsync(bridge.EndPoint, context);
        DialResult result = await transport.DialAsync(new DialRequest(transport.Parse(Vectors.Host, 80).EndPoint!), Ct);
        result.Error!.Kind.Should().Be(kind);
        result.Error.ToString().Should().NotContain(Vectors.Host[..8]);
    }

    [Fact]
    public async Task A_session_that_the_router_has_forgotten_is_left_for_a_new_one()
    {
        string? forgotten = null;
        await using var bridge = new AnsweringBridge(line =>
        {
            if (!line.StartsWith("STREAM CONNECT", StringComparison.Ordinal))
            {
                return AnsweringBridge.Politely(line);
            }

            string session = line.Split(' ')[2];
            return Interlocked.CompareExchange(ref forgotten, session, null) is not { } first || first == session ? "STREAM STATUS RESULT=INVALID_ID\n" : "STREAM STATUS RESULT=OK\n";
        });
        using var context = new TestTransportContext();
        await using I2PTransport transport = await StartAsync(bridge.EndPoint, context);
        DialResult result = await transport.DialAsync(new DialRequest(transport.Parse(Vectors.Host, 80).EndPoint!), Ct);
        result.IsConnected.Should().BeTrue("{0}", result.Error);
        await result.Connection!.DisposeAsync();
    }

    [Fact]
    public async Task A_name_that_the_address_book_does_not_have_is_not_found_and_never_asked_of_anybody_else()
    {
        await using var bridge = new AnsweringBridge(AnsweringBridge.Politely);
        using var context = new TestTransportContext();
        await using I2PTransport transport = await StartAsync(bridge.EndPoint, context);
        DialResult result = await transport.DialAsync(new DialRequest(transport.Parse("stats.i2p", 80).EndPoint!), Ct);
        result.Error!.Kind.Should().Be(DialErrorKind.NotFound);
        result.Error.Detail.Should().Contain("address book").And.NotContain("stats");
        (await bridge.HeardAsync("NAMING LOOKUP NAME=stats")).Should().Be("NAMING LOOKUP NAME=stats.i2p");
    }

    [Fact]
    public async Task Where_nobody_listens_the_status_says_what_to_do_and_dials_wait()
    {
        EndPoint nobody;
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            nobody = socket.LocalEndPoint!;
        }

        using var context = new TestTransportContext();
        await using var transport = new I2PTransport(new I2POptions { Sam = nobody });
        await transport.StartAsync(context, Ct);
        await foreach (TransportStatus status in transport.Status.WatchAsync(Ct))
        {
            if (status is TransportStatus.Starting { What: var what } && what.Contains("Nothing listens at", StringComparison.Ordinal))
            {
                what.Should().EndWith("Start the router, switch its SAM bridge on, or check transports.i2p.sam.");
                break;
            }
        }

        var request = new DialRequest(transport.Parse(Vectors.Host, 80).EndPoint!) { Deadline = Deadline.After(TimeSpan.FromMilliseconds(50), TimeProvider.System) };
        (await transport.DialAsync(request, Ct)).Error!.Kind.Should().Be(DialErrorKind.TransportNotReady);
    }

    [Fact]
    public async Task A_service_arms_one_accept_at_a_time_and_the_next_when_a_visitor_has_come()
    {
        await using var bridge = new AnsweringBridge(AnsweringBridge.Politely);
        using var context = new TestTransportContext();
        await using I2PTransport transport = await StartAsync(bridge.EndPoint, context);
        var definition = new ServiceDefinition { Name = "node", Identity = transport.Identities.Create(), Ports = [80] };
        await using IPublishedService service = (await transport.PublishAsync(definition, Ct)).Service!;
        for (int i = 0; i < 3; i++)
        {
            // Nothing else speaks on that connection after it.
            await bridge.HeardAsync("STREAM ACCEPT");
            await bridge.SayOnAcceptAsync(Vectors.Destination + "\n");
            Visitor visitor = (await service.AcceptAsync(Ct))!;
            (visitor.Port, visitor.Identity).Should().Be((80, Vectors.Host));
            await visitor.Connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_dial_under_way_keeps_its_session_and_the_one_too_many_is_refused()
    {
        await using var bridge = new AnsweringBridge(line => line.StartsWith("STREAM CONNECT", StringComparison.Ordinal) ? "" : AnsweringBridge.Politely(line));
        using var context = new TestTransportContext();
        await using var transport = new I2PTransport(new I2POptions { Sam = bridge.EndPoint, MaxSessions = 2, SpareSessions = 0 });
        await transport.StartAsync(context, Ct);
        await bridge.HeardAsync("SESSION CREATE");
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        DialRequest request = new(transport.Parse(Vectors.Host, 80).EndPoint!);
        Task<DialResult> alice = transport.DialAsync(request with { Isolation = IsolationKey.Unique() }, giveUp.Token).AsTask();
        await bridge.HeardAsync("STREAM CONNECT");
        (await transport.DialAsync(request with { Isolation = IsolationKey.Unique() }, Ct)).Error!.Kind.Should().Be(DialErrorKind.TooManyDials);
        await giveUp.CancelAsync();
        (await alice).Error!.Kind.Should().Be(DialErrorKind.Cancelled);

        // Nobody uses it any more, so it gives way.
        Task<DialResult> bob = transport.DialAsync(request with { Isolation = IsolationKey.Unique() }, Ct).AsTask();
        await bridge.HeardAsync("STREAM CONNECT");
        await transport.DisposeAsync();
        (await bob).IsConnected.Should().BeFalse();
    }

    [Fact]
    public async Task After_new_circuits_another_session_is_built_at_once_though_a_connection_keeps_the_one_before()
    {
        await using var bridge = new AnsweringBridge(line => line.StartsWith("STREAM CONNECT", StringComparison.Ordinal) ? "STREAM STATUS RESULT=OK\n" : AnsweringBridge.Politely(line));
        using var context = new TestTransportContext();
        await using var transport = new I2PTransport(new I2POptions { Sam = bridge.EndPoint, SpareSessions = 0 });
        await transport.StartAsync(context, Ct);
        await bridge.HeardAsync("SESSION CREATE");
        var request = new DialRequest(transport.Parse(Vectors.Host, 80).EndPoint!);
        DialResult before = await transport.DialAsync(request, Ct);
        string? session = transport.SessionOf(before.Connection!);
        session.Should().NotBeNull();

        (await transport.NewCircuitsAsync(Ct)).IsDone.Should().BeTrue();

        // Nobody dials.
        await bridge.HeardAsync("SESSION CREATE");
        DialResult after = await transport.DialAsync(request, Ct);
        transport.SessionOf(after.Connection!).Should().NotBeNull().And.NotBe(session);
        transport.SessionOf(before.Connection!).Should().Be(session);
        await before.Connection!.DisposeAsync();
        await after.Connection!.DisposeAsync();
    }

    [Fact]
    public async Task A_service_published_again_at_once_waits_until_its_keys_session_has_ended_and_rested()
    {
        await using var bridge = new AnsweringBridge(AnsweringBridge.Politely);
        using var context = new TestTransportContext();
        await using I2PTransport transport = await StartAsync(bridge.EndPoint, context);
        var definition = new ServiceDefinition { Name = "node", Identity = transport.Identities.Create(), Ports = [80] };
        IPublishedService first = (await transport.PublishAsync(definition, Ct)).Service!;
        await bridge.HeardAsync("STREAM ACCEPT");
        long stopped = TimeProvider.System.GetTimestamp();
        await first.StopAsync(Ct);
        await using IPublishedService second = (await transport.PublishAsync(definition, Ct)).Service!;
        await bridge.HeardAsync("STREAM ACCEPT");
        TimeProvider.System.GetElapsedTime(stopped).Should().BeGreaterThan(TimeSpan.FromSeconds(5.9));
    }

    private static async Task<I2PTransport> StartAsync(EndPoint sam, TestTransportContext context)
    {
        var transport = new I2PTransport(new I2POptions { Sam = sam });
        await transport.StartAsync(context, Ct);
        return transport;
    }
}
