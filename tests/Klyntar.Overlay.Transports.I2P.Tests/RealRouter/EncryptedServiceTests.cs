using System.Buffers;
using System.IO.Pipelines;
using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>Encrypted lease sets on a real router: the address is another one, and the usual one leads nowhere.</summary>
public sealed class EncryptedServiceTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // i2pd 2.45.1, alone in its network, finds the lease set and carries nothing.
    [Fact]
    public async Task An_encrypted_service_is_reached_by_its_b33_address_alone()
    {
        await using var router = new SoloRouter(SoloRouter.Newer);
        await router.InitializeAsync();
        await router.NeedAsync();
        await using StartedTransport started = await StartedTransport.StartAsync(
            new I2PTransport(router.Options), new TestTransportContext(output: TestContext.Current.TestOutputHelper!.WriteLine), Ct);
        ITransport transport = started.Transport;
        var definition = new ServiceDefinition { Name = "node", Identity = transport.Identities!.Create(), Ports = [7332], Options = new I2PServiceOptions { Encrypted = true } };
        await using IPublishedService service = (await transport.PublishAsync(definition, Ct)).Service!;
        OverlayEndPoint endPoint = service.EndPoints.Single();
        new I2PTransport(new I2POptions()).EndPointsOf(definition).Should().Equal(endPoint);
        endPoint.Host.Should().NotBe(definition.Identity.Address).And.HaveLength(BlindedAddress.LabelLength + ".b32.i2p".Length);
        await foreach (ServiceStatus status in service.Status.WatchAsync(Ct))
        {
            if (status.IsPublished)
            {
                break;
            }
        }

        // Later the router would know the destination, from the lease set that it could read.
        DialResult usual = await transport.DialAsync(new DialRequest(transport.Parse(definition.Identity.Address, 7332).EndPoint!), Ct);
        usual.Error!.Kind.Should().Be(DialErrorKind.Unreachable);

        Task<Visitor?> accepting = service.AcceptAsync(Ct).AsTask();
        DialResult result = await transport.DialAsync(new DialRequest(endPoint), Ct);
        result.IsConnected.Should().BeTrue("{0}", result.Error);
        await using ConnectionContext dialled = result.Connection!;
        await dialled.Transport.Output.WriteAsync("hello"u8.ToArray(), Ct);
        await using ConnectionContext accepted = (await accepting)!.Connection;
        ReadResult read = await accepted.Transport.Input.ReadAtLeastAsync(5, Ct);
        read.Buffer.ToArray().Should().Equal("hello"u8.ToArray());
    }
}
