using System.Globalization;
using System.Net;
using Klyntar.Overlay.Gateway.Tests;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Testing;
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

    private static string Address() => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Next()}");

    private async Task<StartedTransport> StartAsync(string listen, Func<ZeroNetOptions, ZeroNetOptions> change) => await StartedTransport.StartAsync(
        new ZeroNetTransport(change(new ZeroNetOptions { Clearnet = true, AllowPrivate = true, Listen = IPEndPoint.Parse(listen) })),
        new TestTransportContext(_clock),
        Cancelled);

    private async Task<DialResult> DialAsync(StartedTransport transport, ZeroNetEndPoint site)
    {
        // Whom was asked in vain is asked again after a moment.
        _clock.Advance(Step);
        return await transport.Transport.DialAsync(new DialRequest(site), Cancelled);
    }
}
