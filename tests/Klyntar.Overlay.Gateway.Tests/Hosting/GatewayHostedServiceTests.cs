using System.Net.Sockets;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class GatewayHostedServiceTests
{
    [Fact]
    public async Task A_gateway_starts_and_stops_with_its_host()
    {
        using var folder = new TestFolder();
        var transport = new ScriptedTransport(new InMemoryOverlay().CreateTransport());
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddOverlayGateway(
            new GatewayOptions { DataFolder = folder.Path, Socks = [TestGateway.AnyPort] },
            provider => new GatewayServices
            {
                Catalog = TransportCatalog.Of(new TestFactory(transport)),
                Programs = new NoPrograms(),
                Loggers = provider.GetRequiredService<ILoggerFactory>(),
            });
        using IHost host = builder.Build();
        Action early = () => host.Services.GetRequiredService<GatewayHost>();
        early.Should().Throw<InvalidOperationException>();

        await host.StartAsync().SoonAsync();
        GatewayHost gateway = host.Services.GetRequiredService<GatewayHost>();
        await gateway.WaitUntilReadyAsync().SoonAsync();
        using (await TestSockets.ConnectAsync(gateway.SocksEndPoints[0]))
        {
        }

        await host.StopAsync().SoonAsync();
        Func<Task> connecting = () => TestSockets.ConnectAsync(gateway.SocksEndPoints[0]);
        await connecting.Should().ThrowAsync<SocketException>();
    }
}
