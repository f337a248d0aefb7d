using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>Who asks for isolation gets a session of his own, or a refusal.</summary>
public sealed class SessionCapTests(SoloRouter router)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task At_the_cap_a_dial_is_refused_while_all_are_in_use_and_never_shares_a_session()
    {
        await router.NeedAsync();
        await using StartedTransport started = await StartedTransport.StartAsync(
            new I2PTransport(router.Options with { MaxSessions = 2, SpareSessions = 0 }), new TestTransportContext(), Ct);
        var transport = (I2PTransport)started.Transport;
        var definition = new ServiceDefinition { Name = "node", Identity = transport.Identities.Create(), Ports = [80] };
        await using IPublishedService service = (await transport.PublishAsync(definition, Ct)).Service!;
        await foreach (ServiceStatus status in service.Status.WatchAsync(Ct))
        {
            if (status.IsPublished)
            {
                break;
            }
        }

        IsolationKey alice = IsolationKey.Unique();
        IsolationKey bob = IsolationKey.Unique();
        DialResult first = await DialAsync(transport, service, alice);
        first.IsConnected.Should().BeTrue("{0}", first.Error);
        DialResult refused = await DialAsync(transport, service, bob);
        refused.Error!.Kind.Should().Be(DialErrorKind.TooManyDials);
        refused.Error.ToString().Should().Contain("transports.i2p.maxSessions");

        string? session = transport.SessionOf(first.Connection!);
        await first.Connection!.DisposeAsync();
        DialResult second = await DialAsync(transport, service, bob);

        // That the connection has ended is told a moment later.
        while (second.Error?.Kind == DialErrorKind.TooManyDials)
        {
            await Task.Yield();
            second = await DialAsync(transport, service, bob);
        }

        second.IsConnected.Should().BeTrue("{0}", second.Error);
        transport.SessionOf(second.Connection!).Should().NotBe(session).And.NotBeNull();
        await second.Connection!.DisposeAsync();
    }

    private static async Task<DialResult> DialAsync(I2PTransport transport, IPublishedService service, IsolationKey key) =>
        await transport.DialAsync(new DialRequest(service.EndPoints[0]) { Isolation = key }, Ct);
}
