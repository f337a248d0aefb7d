using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Gateway.Tests;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>Gateways that find each other by broadcasts of this machine's own network, without trackers, peers or links.</summary>
public sealed class LocalNetworkTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly int _port = FreePort.Next();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_site_of_a_neighbour_is_found_and_got_through_to_and_who_dialled_it_tells_nobody()
    {
        Identity identity = ZeroNetIdentityFormat.Instance.Create();
        var site = new ZeroNetEndPoint(ZeroNetIdentityFormat.KeyOf(identity).Address, 7332);
        (IPEndPoint owner, IPEndPoint visitor) = (Address(), Address());
        await using StartedTransport publisher = await StartAsync(owner, static options => options with { Lan = true });
        await using IPublishedService service = await PublishAsync(publisher, identity);
        await using StartedTransport alone = await StartAsync(Address(), static options => options);
        await using StartedTransport dialler = await StartAsync(visitor, static options => options with { Lan = true });

        DialResult dialled = await DialAsync(dialler, site);
        while (!dialled.IsConnected)
        {
            // Its question may not be answered yet.
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            dialled = await DialAsync(dialler, site);
        }

        await using ConnectionContext connection = dialled.Connection;
        await using ConnectionContext accepted = (await service.AcceptAsync(Cancelled))!.Connection;
        await connection.Transport.Output.WriteAsync("hello"u8.ToArray(), Cancelled);
        (await accepted.Transport.Input.ReadAtLeastAsync(5, Cancelled)).Buffer.ToArray().Should().Equal("hello"u8.ToArray());

        (await DialAsync(alone, site)).Error!.Kind.Should().Be(DialErrorKind.NotFound, "the local network is not asked unless the operator wants it");
        (await ListAsync(owner)).Should().Equal(SiteHash.Of(site.Site));
        await UntilAsksAsync(visitor);
        (await ListAsync(visitor)).Should().BeEmpty("what was merely dialled is nobody's business");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_follower_fetches_what_a_neighbour_publishes_later_and_tells_of_it()
    {
        Identity identity = ZeroNetIdentityFormat.Instance.Create();
        ZeroNetAddress site = ZeroNetIdentityFormat.KeyOf(identity).Address;
        IPEndPoint second = Address();
        await using StartedTransport follower = await StartAsync(second, options => options with { Lan = true, Follow = [identity.Address] });
        await using (StartedTransport publisher = await StartAsync(Address(), static options => options with { Lan = true }))
        {
            await using IPublishedService service = await PublishAsync(publisher, identity);
            while (!await HasAsync(second, site))
            {
                // It is told of what is new after half a minute at the latest.
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                _clock.Advance(Step);
            }
        }

        (await ListAsync(second)).Should().Equal(SiteHash.Of(site));
    }

    [Fact(Timeout = 60_000)]
    public async Task Where_a_port_is_taken_the_transport_goes_on_without_and_says_so_until_it_is_free()
    {
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Any, _port));
        await using StartedTransport started = await StartAsync(Address(), static options => options with { Lan = true });
        string note = await NoteAsync(started, "UDP port", TestContext.Current.CancellationToken);
        note.Should().StartWith("The local network is not asked for peers: UDP port ").And.EndWith(" End what else has it, or set transports.zeronet.lan to false.");
        started.Transport.Status.Current.Should().Be(TransportStatus.Ready);
        started.Context.Log.Lines.Where(static line => line.Level >= LogLevel.Warning).Should().ContainSingle().Which.Message.Should().StartWith(note);

        other.Dispose();
        await NoteAsync(started, "It tells the local network 127.0.0.0/8 of its sites; peers heard there: 0.", TestContext.Current.CancellationToken);
    }

    private static async Task<IPublishedService> PublishAsync(StartedTransport publisher, Identity identity) =>
        (await publisher.Transport.PublishAsync(new ServiceDefinition { Name = "node", Identity = identity, Ports = [7332] }, Cancelled)).Service!;

    private static IPEndPoint Address() => new(IPAddress.Loopback, FreePort.Next());

    // Nothing announces notes.
    private async Task<string> NoteAsync(StartedTransport transport, string part, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (transport.Transport.Notes.FirstOrDefault(note => note.Contains(part, StringComparison.Ordinal)) is { } note)
            {
                return note;
            }

            cancellationToken.ThrowIfCancellationRequested();
            _clock.Advance(Step);
            await Task.Yield();
        }
    }

    private static async Task<bool> HasAsync(IPEndPoint peer, ZeroNetAddress site)
    {
        await using PeerConnection asker = await PeerConnection.OpenAsync(
            new Connections.SocketConnection(await Connections.SocketEngine.Default.ConnectAsync(peer, null, Cancelled)),
            Peers.Dial(PeerEncryption.None),
            new AnsweringPeer().For,
            Peers.Options() with { Self = new PeerSelf { Clock = TimeProvider.System, IsPortOpen = false } },
            Cancelled).Soon();
        return (await asker.AskForFileAsync(new FileParams(IsStream: true, site.Text, SiteContent.FileName, 0, 100_000, null), Cancelled).Soon()).Error is null;
    }

    // Before it asks again it looks at what it has to tell.
    private async Task UntilAsksAsync(IPEndPoint who)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Any, _port));
        byte[] buffer = new byte[LanLimits.Datagram];
        LanMessage? heard = null;
        while (heard is not { Command: LanCommand.DiscoverRequest } || heard.Sender.Port != who.Port)
        {
            Task<int> hearing = socket.ReceiveAsync(buffer, Cancelled).AsTask().Soon();
            while (!hearing.IsCompleted)
            {
                _clock.Advance(Step);
                await Task.Yield();
            }

            heard = LanMessage.Read(buffer.AsMemory(0, await hearing));
        }
    }

    // As a real node asks: who answers names the sites that he tells everybody on the network.
    private static async Task<ImmutableArray<SiteHash>> ListAsync(IPEndPoint peer)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        byte[] question = new LanMessage(LanCommand.SiteListRequest, new LanSender("-UT3530-klyntartest1", 1, ((IPEndPoint)socket.LocalEndPoint!).Port), 0, []).Write();
        await socket.SendToAsync(question, SocketFlags.None, peer, Cancelled);
        byte[] buffer = new byte[LanLimits.Datagram];
        while (true)
        {
            int length = await socket.ReceiveAsync(buffer, Cancelled).AsTask().Soon();
            if (LanMessage.Read(buffer.AsMemory(0, length)) is { Command: LanCommand.SiteListResponse } list)
            {
                return list.Sites;
            }
        }
    }

    private async Task<StartedTransport> StartAsync(IPEndPoint listen, Func<ZeroNetOptions, ZeroNetOptions> change) => await StartedTransport.StartAsync(
        new ZeroNetTransport(change(new ZeroNetOptions { Clearnet = true, AllowPrivate = true, Listen = listen, LanPort = _port })),
        new TestTransportContext(_clock),
        Cancelled);

    private async Task<DialResult> DialAsync(StartedTransport transport, ZeroNetEndPoint site)
    {
        // Whom was asked in vain is asked again after a moment.
        _clock.Advance(Step);
        return await transport.Transport.DialAsync(new DialRequest(site), Cancelled);
    }
}
