using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>Services by Debian's obfs4proxy: what it is given, who may come by it, and where it listens.</summary>
public sealed class ServerProgramTests(RealObfs4 obfs4)
{
    private static readonly UnixFileMode OursAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_key_is_in_a_file_of_ours_alone_and_nowhere_else_and_goes_with_the_service()
    {
        obfs4.Need();
        await using StartedTransport started = await PluggablePair.StartAsync(obfs4, Cancelled);
        Identity identity = started.Transport.Identities!.Create();
        await using IPublishedService service = await PublishAsync(started, identity);
        string folder = Directory.GetDirectories(Path.Join(started.Context.Folder, "programs"), "server-*").Single();
        int server = Server(started);
        string secret = Encoding.ASCII.GetString(identity.Secret).Split("\"private-key\":\"")[1][..64];

        (await File.ReadAllTextAsync(Path.Join(folder, "obfs4_state.json"), Cancelled)).Should().Contain(secret);
        foreach (string file in Directory.GetFiles(folder).Where(file => Path.GetFileName(file) is "obfs4_state.json" or "cookie"))
        {
            File.GetUnixFileMode(file).Should().Be(OursAlone, file);
        }

        foreach (string file in (string[])["cmdline", "environ"])
        {
            (await File.ReadAllTextAsync($"/proc/{server}/{file}", Cancelled)).Should().NotContain(secret);
        }

        started.Context.Log.Lines.Should().NotContain(line => line.ToString().Contains(secret, StringComparison.OrdinalIgnoreCase));
        await service.StopAsync(Cancelled);
        await OtherProcess.EndOfAsync(server, Cancelled);
        await started.Transport.DisposeAsync();
        Directory.Exists(folder).Should().BeFalse();
    }

    [Fact]
    public async Task What_a_killed_gateway_left_of_a_key_is_removed_at_the_next_start()
    {
        obfs4.Need();
        using var context = new TestTransportContext { Programs = obfs4.Programs };
        string left = Path.Join(context.Folder, "programs", "server-0123456789abcdef");
        Directory.CreateDirectory(left);
        File.SetUnixFileMode(Path.GetDirectoryName(left)!, OursAlone | UnixFileMode.UserExecute);
        await using var transport = new PluggableTransport(PluggablePair.OnLoopback);

        await transport.StartAsync(context, Cancelled);

        Directory.Exists(left).Should().BeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("\u0001AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB\0\0\0\0")]
    public async Task Another_program_of_this_machine_cannot_pose_as_a_visitor(string says)
    {
        obfs4.Need();
        await using StartedTransport started = await PluggablePair.StartAsync(obfs4, Cancelled);
        await using IPublishedService service = await PublishAsync(started, started.Transport.Identities!.Create());
        ValueTask<Visitor?> first = service.AcceptAsync(Cancelled);
        string port = (await File.ReadAllTextAsync($"/proc/{Server(started)}/environ", Cancelled)).Split('\0').Single(v => v.StartsWith("TOR_PT_EXTENDED_SERVER_PORT=", StringComparison.Ordinal)).Split('=')[1];
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(port), Cancelled);
        await socket.SendAsync(Encoding.Latin1.GetBytes(says), Cancelled);
        socket.Shutdown(SocketShutdown.Send);
        byte[] answer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(answer, Cancelled) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset, since what it said was not all read.
        }

        // The first who is let in is the one who came by the program.
        await using var dialled = (await started.Transport.DialAsync(new DialRequest(service.EndPoints[0]), Cancelled)).Connection!;
        await dialled.Transport.Output.WriteAsync("by obfs4"u8.ToArray(), Cancelled);
        Visitor visitor = (await first)!;
        (await visitor.Connection.Transport.Input.ReadAtLeastAsync(8, Cancelled)).Buffer.Length.Should().Be(8);
        visitor.Port.Should().Be(80);
        await visitor.Connection.DisposeAsync();
    }

    [Fact]
    public async Task Who_does_not_know_the_key_is_let_in_nowhere()
    {
        obfs4.Need();
        await using StartedTransport started = await PluggablePair.StartAsync(obfs4, Cancelled);
        await using IPublishedService service = await PublishAsync(started, started.Transport.Identities!.Create());
        var place = (PluggableEndPoint)service.EndPoints[0];
        OverlayEndPoint other = started.Transport.Parse(new Obfs4Address(place.Target.Address, Obfs4Key.Create().Certificate, 0).Host, 80).EndPoint!;

        DialResult result = await started.Transport.DialAsync(new DialRequest(other) { Deadline = Deadline.After(TimeSpan.FromSeconds(2), TimeProvider.System) }, Cancelled);

        result.Error!.Kind.Should().BeOneOf(DialErrorKind.TimedOut, DialErrorKind.Unreachable);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_waited_for_and_said()
    {
        obfs4.Need();
        await using StartedTransport started = await PluggablePair.StartAsync(obfs4, Cancelled);
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var place = (IPEndPoint)taken.LocalEndpoint;
        PublishResult result = await started.Transport.PublishAsync(
            Definition(started.Transport.Identities!.Create()) with { Options = new PluggableServiceOptions { Listen = place } }, Cancelled);
        await using IPublishedService service = result.Service!;
        string told = await AwaitAsync(service, static status => status.ToString().Contains("already in use", StringComparison.Ordinal));
        told.Should().Contain("Check that nobody else listens at the service's address");

        taken.Stop();

        await AwaitAsync(service, static status => status.IsPublished);
        ((PluggableEndPoint)service.EndPoints[0]).Target.Address.Should().Be(place);
    }

    [Fact]
    public async Task A_visitor_is_known_by_his_address_where_that_is_asked_for_and_by_the_proxys_where_he_dials_through_one()
    {
        obfs4.Need();
        await using var proxy = new SourceProxy();
        await using StartedTransport publisher = await PluggablePair.StartAsync(obfs4, Cancelled);
        await using StartedTransport dialler = await PluggablePair.StartAsync(obfs4, Cancelled, PluggablePair.OnLoopback with { Proxy = proxy.EndPoint });
        ServiceDefinition definition = Definition(publisher.Transport.Identities!.Create());
        await using IPublishedService service = await PublishAsync(publisher, definition with { TellVisitors = true });
        await using IPublishedService other = await PublishAsync(publisher, Definition(publisher.Transport.Identities.Create()));

        (await VisitAsync(dialler, service)).Identity.Should().Be($"{proxy.Source}");
        (await VisitAsync(publisher, service)).Identity.Should().Be("127.0.0.1");
        Visitor nameless = await VisitAsync(dialler, other);
        nameless.Identity.Should().BeNull();
        nameless.Connection.RemoteEndPoint.Should().BeOfType<IPEndPoint>().Which.Address.Should().Be(proxy.Source);
    }

    [Theory]
    [InlineData("192.0.2.7:1", "192.0.2.7")]
    [InlineData("[2001:db8:1:2:3:4:5:6]:1", "2001:db8:1:2::/64")]
    public void A_visitor_of_IPv6_is_known_by_his_network(string address, string identity) => VisitorAddress.IdentityOf(IPEndPoint.Parse(address)).Should().Be(identity);

    [Fact]
    public async Task A_reset_arrives_as_an_end_and_so_no_reset_is_declared()
    {
        obfs4.Need();
        await using StartedTransport started = await PluggablePair.StartAsync(obfs4, Cancelled);
        started.Transport.Capabilities.Reset.Should().BeFalse();
        await using IPublishedService service = await PublishAsync(started, started.Transport.Identities!.Create());
        var dialled = (await started.Transport.DialAsync(new DialRequest(service.EndPoints[0]), Cancelled)).Connection!;
        await dialled.Transport.Output.WriteAsync("last words"u8.ToArray(), Cancelled);
        Visitor visitor = (await service.AcceptAsync(Cancelled))!;
        (await visitor.Connection.Transport.Input.ReadAtLeastAsync(10, Cancelled)).Buffer.Length.Should().Be(10);
        visitor.Connection.Transport.Input.AdvanceTo(default);

        dialled.Abort();

        (await visitor.Connection.Transport.Input.ReadAtLeastAsync(11, Cancelled)).IsCompleted.Should().BeTrue();
        await dialled.DisposeAsync();
        await visitor.Connection.DisposeAsync();
    }

    private static ServiceDefinition Definition(Identity identity) => new() { Name = "node", Identity = identity, Ports = ImmutableArray.Create(80) };

    private static int Server(StartedTransport started) => OtherProcess.WithVariable("TOR_PT_STATE_LOCATION", Path.Join(started.Context.Folder, "programs"))
        .Single(id => File.ReadAllText($"/proc/{id}/environ").Contains("TOR_PT_SERVER_TRANSPORTS", StringComparison.Ordinal));

    private static async Task<Visitor> VisitAsync(StartedTransport dialler, IPublishedService service)
    {
        await using var dialled = (await dialler.Transport.DialAsync(new DialRequest(service.EndPoints[0]), Cancelled)).Connection!;
        Visitor visitor = (await service.AcceptAsync(Cancelled))!;
        await visitor.Connection.DisposeAsync();
        return visitor;
    }

    private static Task<IPublishedService> PublishAsync(StartedTransport started, Identity identity) => PublishAsync(started, Definition(identity));

    private static async Task<IPublishedService> PublishAsync(StartedTransport started, ServiceDefinition definition)
    {
        PublishResult result = await started.Transport.PublishAsync(definition, Cancelled);
        await AwaitAsync(result.Service!, static status => status.IsPublished);
        return result.Service!;
    }

    private static async Task<string> AwaitAsync(IPublishedService service, Func<ServiceStatus, bool> isAwaited)
    {
        await foreach (ServiceStatus status in service.Status.WatchAsync(Cancelled))
        {
            if (isAwaited(status))
            {
                return status.ToString();
            }
        }

        throw new InvalidOperationException($"The status ended with: {service.Status.Current}");
    }
}
