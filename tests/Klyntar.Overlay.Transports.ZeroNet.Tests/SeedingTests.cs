using System.Buffers;
using System.Globalization;
using System.Net;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Gateway.Tests;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>A site stays known through those who follow it.</summary>
public sealed class SeedingTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_site_whose_gateway_has_been_away_for_a_day_is_found_by_who_asks_a_follower()
    {
        Identity identity = ZeroNetIdentityFormat.Instance.Create();
        var site = new ZeroNetEndPoint(ZeroNetIdentityFormat.KeyOf(identity).Address, 7332);
        (string owner, string follower) = (Address(), Address());
        await using StartedTransport seeder = await StartAsync(follower, options => options with { Follow = [identity.Address], Peers = [owner] });
        await using StartedTransport before = await StartAsync(Address(), options => options with { Peers = [follower] });
        await using (StartedTransport publisher = await StartAsync(owner, static options => options))
        {
            PublishResult published = await publisher.Transport.PublishAsync(new ServiceDefinition { Name = "node", Identity = identity, Ports = [7332] }, Cancelled);
            await using IPublishedService service = published.Service!;
            while (!(await DialAsync(before, site)).IsConnected)
            {
                // The follower looks again and again, at growing intervals.
                _clock.Advance(TimeSpan.FromMinutes(1));
                await Task.Yield();
            }
        }

        _clock.Advance(TimeSpan.FromHours(24));
        await using StartedTransport stranger = await StartAsync(Address(), options => options with { Peers = [follower] });
        DialResult late = await DialAsync(stranger, site);

        late.IsConnected.Should().BeFalse();
        late.Error!.Kind.Should().Be(DialErrorKind.Unreachable, "its end points are known, and nobody is there");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_peer_behind_a_name_is_enough_to_find_the_site_and_get_through_to_it()
    {
        Identity identity = ZeroNetIdentityFormat.Instance.Create();
        (string owner, string follower) = (Address(), Address());
        await using StartedTransport publisher = await StartAsync(owner, static options => options);
        PublishResult published = await publisher.Transport.PublishAsync(new ServiceDefinition { Name = "node", Identity = identity, Ports = [7332] }, TestContext.Current.CancellationToken);
        await using IPublishedService service = published.Service!;
        await using StartedTransport seeder = await StartAsync(follower, options => options with { Follow = [identity.Address], Peers = [owner] });
        await using StartedTransport visitor = await StartAsync(Address(), static options => options);

        (await DialAsync(visitor, (ZeroNetEndPoint)visitor.Transport.Parse(identity.Address, 7332).EndPoint!)).Error!.Kind.Should().Be(DialErrorKind.NotFound);
        var named = (ZeroNetEndPoint)visitor.Transport.Parse(identity.Address, 7332, $"zeronet_peers={follower}").EndPoint!;
        DialResult dialled = await DialAsync(visitor, named);
        while (!dialled.IsConnected)
        {
            // The follower may not have the site yet.
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
            dialled = await DialAsync(visitor, named);
        }

        await using ConnectionContext connection = dialled.Connection;
        Visitor met = (await service.AcceptAsync(Cancelled))!;
        await using ConnectionContext accepted = met.Connection;
        await connection.Transport.Output.WriteAsync("hello"u8.ToArray(), Cancelled);
        (await accepted.Transport.Input.ReadAtLeastAsync(5, Cancelled)).Buffer.ToArray().Should().Equal("hello"u8.ToArray());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_peer_that_the_operator_named_is_told_of_a_new_site_and_tells_who_else_has_it()
    {
        Identity identity = ZeroNetIdentityFormat.Instance.Create();
        ZeroNetAddress site = ZeroNetIdentityFormat.KeyOf(identity).Address;
        (string follower, string third, string owner) = (Address(), Address(), Address());
        await using StartedTransport seeder = await StartAsync(follower, options => options with { Follow = [identity.Address] }, TimeProvider.System);
        await using PeerConnection asker = await ConnectAsync(follower);
        await using (StartedTransport first = await StartAsync(Address(), options => options with { Peers = [follower] }, TimeProvider.System))
        {
            await using IPublishedService service = await PublishAsync(first, identity);
            while ((await asker.AskForFileAsync(new FileParams(IsStream: true, site.Text, SiteContent.FileName, 0, 100_000, null), TestContext.Current.CancellationToken).Soon()).Error is not null)
            {
                // It was told, and is fetching it. Its limit of requests gives the pace.
            }
        }

        await using StartedTransport other = await StartAsync(third, options => options with { Follow = [identity.Address], Peers = [follower] }, TimeProvider.System);
        await UntilTellsAsync(asker, site, third);

        // The service moves to another gateway, which knows the follower alone.
        await using StartedTransport publisher = await StartAsync(owner, options => options with { Peers = [follower] }, TimeProvider.System);
        await using IPublishedService moved = await PublishAsync(publisher, identity);
        await using PeerConnection visitor = await ConnectAsync(owner);
        await UntilTellsAsync(visitor, site, third);
    }

    private static async Task<IPublishedService> PublishAsync(StartedTransport publisher, Identity identity) =>
        (await publisher.Transport.PublishAsync(new ServiceDefinition { Name = "node", Identity = identity, Ports = [7332] }, Cancelled)).Service!;

    private static async Task UntilTellsAsync(PeerConnection peer, ZeroNetAddress site, string who)
    {
        while (!PexAnswer.Read(await peer.AskAsync(new PexParams(site.Text, [], 10), Cancelled).Soon(), MessageLimits.Default, out _)!.Peers.Any(told => $"{told.Host}:{told.Port}" == who))
        {
            // The limit of requests gives the pace.
        }
    }

    private static async Task<PeerConnection> ConnectAsync(string to) => await PeerConnection.OpenAsync(
        new SocketConnection(await SocketEngine.Default.ConnectAsync(IPEndPoint.Parse(to), null, Cancelled)),
        Peers.Dial(PeerEncryption.None),
        new AnsweringPeer().For,
        Peers.Options() with { Self = new PeerSelf { Clock = TimeProvider.System, IsPortOpen = false } },
        Cancelled).Soon();

    private static string Address() => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Next()}");

    private async Task<StartedTransport> StartAsync(string listen, Func<ZeroNetOptions, ZeroNetOptions> change, TimeProvider? clock = null) => await StartedTransport.StartAsync(
        new ZeroNetTransport(change(new ZeroNetOptions { Clearnet = true, AllowPrivate = true, Listen = IPEndPoint.Parse(listen) })),
        new TestTransportContext(clock ?? _clock),
        Cancelled);

    private async Task<DialResult> DialAsync(StartedTransport transport, ZeroNetEndPoint site)
    {
        // Whom was asked in vain is asked again after a moment.
        _clock.Advance(Step);
        return await transport.Transport.DialAsync(new DialRequest(site), Cancelled);
    }
}
