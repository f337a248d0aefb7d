using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>What no i2pd has: a router that carries ports, as Java I2P does.</summary>
public sealed class PortsTests
{
    private const string NoPorts = "The router speaks SAM 3.1, which carries no ports";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_destination_serves_all_ports_and_each_visitor_comes_to_the_one_that_he_asked_for()
    {
        await using var bridge = new AnsweringBridge(AnsweringBridge.Extended);
        using var context = new TestTransportContext();
        await using var transport = new I2PTransport(new I2POptions { Sam = bridge.EndPoint, OneDestination = true });
        transport.Capabilities.SharedAddress.Should().BeTrue();
        await transport.StartAsync(context, Ct);
        var definition = new ServiceDefinition { Name = "node", Identity = transport.Identities.Create(), Ports = [7332, 9999] };
        await using IPublishedService service = (await transport.PublishAsync(definition, Ct)).Service!;
        service.EndPoints.Select(endPoint => (endPoint.Host, endPoint.Port)).Should().Equal((definition.Identity.Address, 7332), (definition.Identity.Address, 9999));
        transport.EndPointsOf(definition).Should().Equal(service.EndPoints);

        foreach ((string ports, int? port) in ((string, int?)[])[(" FROM_PORT=0 TO_PORT=9999", 9999), (" FROM_PORT=9999 TO_PORT=7332", 7332), (" FROM_PORT=0 TO_PORT=1", null), (" TO_PORT=99999", 7332), (" FROM_PORT=0 TO_PORT=0", 7332), ("", 7332)])
        {
            await bridge.HeardAsync("STREAM ACCEPT");
            await bridge.SayOnAcceptAsync($"{Vectors.Destination}{ports}\n");
            if (port is not null)
            {
                Visitor visitor = (await service.AcceptAsync(Ct))!;
                visitor.Port.Should().Be(port);
                await visitor.Connection.DisposeAsync();
            }
        }

        // The next one is armed, and nobody was let in meanwhile who asked for another port.
        await bridge.HeardAsync("STREAM ACCEPT");
        transport.Notes.Should().BeEmpty();
    }

    [Theory]
    [InlineData(true, " SILENT=false TO_PORT=7332")]
    [InlineData(false, " SILENT=false")]
    public async Task A_dial_tells_its_port_where_the_router_carries_ports(bool carriesPorts, string end)
    {
        await using var bridge = new AnsweringBridge(carriesPorts ? AnsweringBridge.Extended : AnsweringBridge.Politely);
        using var context = new TestTransportContext();
        await using var transport = new I2PTransport(new I2POptions { Sam = bridge.EndPoint });
        await transport.StartAsync(context, Ct);
        await transport.DialAsync(new DialRequest(transport.Parse(Vectors.Host, 7332).EndPoint!), Ct);
        (await bridge.HeardAsync("STREAM CONNECT")).Should().EndWith($"DESTINATION={Vectors.Host}{end}");
    }

    [Fact]
    public async Task One_destination_on_a_router_that_carries_no_ports_is_refused_aloud()
    {
        await using var bridge = new AnsweringBridge(AnsweringBridge.Politely);
        using var context = new TestTransportContext();
        await using var transport = new I2PTransport(new I2POptions { Sam = bridge.EndPoint, OneDestination = true });
        await transport.StartAsync(context, Ct);
        await foreach (TransportStatus status in transport.Status.WatchAsync(Ct))
        {
            if (status is TransportStatus.Starting { What: var what } && what.Contains("SAM 3.1", StringComparison.Ordinal))
            {
                what.Should().StartWith(NoPorts).And.Contain("Remove transports.i2p.oneDestination").And.EndWith(".");
                break;
            }
        }

        context.Log.Lines.Should().Contain(line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Warning && line.Message.Contains("oneDestination"));
    }

    [Fact]
    public async Task What_a_router_lacks_is_said_once_however_often_it_is_connected_to()
    {
        await using var bridge = new AnsweringBridge(AnsweringBridge.Politely);
        using var context = new TestTransportContext();
        await using var transport = new I2PTransport(new I2POptions { Sam = bridge.EndPoint });
        transport.Notes.Should().BeEmpty();
        await transport.StartAsync(context, Ct);
        await ReadyAsync();
        bridge.EndAll();
        await foreach (TransportStatus status in transport.Status.WatchAsync(Ct))
        {
            if (status is TransportStatus.Degraded)
            {
                break;
            }
        }

        await ReadyAsync();
        transport.Notes.Should().ContainSingle().Which.Should().StartWith(NoPorts).And.Contain("knows no PING").And.NotContain("user").And.EndWith(".");
        context.Log.Lines.Count(line => line.Message.StartsWith(NoPorts, StringComparison.Ordinal)).Should().Be(1);

        async Task ReadyAsync()
        {
            await foreach (TransportStatus status in transport.Status.WatchAsync(Ct))
            {
                if (status.IsReady)
                {
                    return;
                }
            }
        }
    }

    [Fact]
    public void A_router_that_takes_no_notice_of_the_user_name_is_told_as_such()
    {
        SamVersions.Lacks(new Version(3, 1), hasCredentials: true).Should().EndWith("whoever reaches its bridge can use it.");
        SamVersions.Lacks(new Version(3, 2), hasCredentials: true).Should().BeNull();
        SamVersions.Lacks(new Version(3, 3), hasCredentials: false).Should().BeNull();
    }
}
