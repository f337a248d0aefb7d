using System.Buffers;
using System.IO.Pipelines;
using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>A router of its own, which is killed.</summary>
public sealed class RouterRecoveryTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SoloRouter.Usual)]
    [InlineData(SoloRouter.Newer)]
    public async Task A_service_on_two_ports_and_its_diallers_come_back_when_the_router_is_killed(string i2pd)
    {
        await using var router = new SoloRouter(i2pd);
        await router.InitializeAsync();
        await router.NeedAsync();
        await using StartedTransport started = await I2PPair.StartAsync(router, Ct);
        ITransport transport = started.Transport;
        var definition = new ServiceDefinition { Name = "node", Identity = transport.Identities!.Create(), Ports = [7332, 9999] };
        await using IPublishedService service = (await transport.PublishAsync(definition, Ct)).Service!;
        await PublishedAsync(service);
        Task echoing = EchoAsync(service);
        string[] hosts = [.. service.EndPoints.Select(endPoint => endPoint.Host)];
        hosts.Should().OnlyHaveUniqueItems();
        hosts[0].Should().Be(definition.Identity.Address);
        await Task.WhenAll(service.EndPoints.Select(endPoint => AskAsync(transport, endPoint)));

        await router.KillAsync();
        await InterruptedAsync(transport, service);
        await router.StartAsync();
        await PublishedAsync(service);
        await Task.WhenAll(service.EndPoints.Select(endPoint => AskAsync(transport, endPoint)));
        service.EndPoints.Select(endPoint => endPoint.Host).Should().Equal(hosts);
        await ReadyAsync(transport);
        await service.StopAsync(Ct);
        await echoing;
    }

    // The router may let dials through before it has told that their session is ready.
    private static Task ReadyAsync(ITransport transport) => UntilAsync(transport.Status, static status => status.IsReady, static status => status.IsFinal);

    private static Task PublishedAsync(IPublishedService service) => UntilAsync(service.Status, static status => status.IsPublished, static status => status.IsFinal);

    private static async Task UntilAsync<T>(IStatus<T> source, Func<T, bool> isAwaited, Func<T, bool> isFinal)
    {
        await foreach (T status in source.WatchAsync(Ct))
        {
            if (isAwaited(status))
            {
                return;
            }

            isFinal(status).Should().BeFalse("{0}", status);
        }
    }

    private static async Task InterruptedAsync(ITransport transport, IPublishedService service)
    {
        await foreach (TransportStatus status in transport.Status.WatchAsync(Ct))
        {
            if (status is TransportStatus.Degraded)
            {
                break;
            }
        }

        await foreach (ServiceStatus status in service.Status.WatchAsync(Ct))
        {
            if (status is ServiceStatus.Degraded)
            {
                return;
            }
        }
    }

    private static async Task EchoAsync(IPublishedService service)
    {
        while (await service.AcceptAsync(Ct) is { } visitor)
        {
            _ = AnswerAsync(visitor);
        }

        static async Task AnswerAsync(Visitor visitor)
        {
            await using ConnectionContext connection = visitor.Connection;
            try
            {
                await connection.Transport.Output.WriteAsync(BitConverter.GetBytes(visitor.Port), Ct);
                await connection.Transport.Input.CopyToAsync(connection.Transport.Output, Ct);
            }
            catch (IOException)
            {
                // The router was killed.
            }
        }
    }

    private static async Task AskAsync(ITransport transport, OverlayEndPoint endPoint)
    {
        DialResult result = await transport.DialAsync(new DialRequest(endPoint), Ct);
        result.IsConnected.Should().BeTrue("{0}", result.Error);
        await using ConnectionContext connection = result.Connection!;
        await connection.Transport.Output.WriteAsync("hello"u8.ToArray(), Ct);
        ReadResult read = await connection.Transport.Input.ReadAtLeastAsync(9, Ct);
        read.Buffer.ToArray().Should().Equal([.. BitConverter.GetBytes(endPoint.Port), .. "hello"u8]);
    }
}
