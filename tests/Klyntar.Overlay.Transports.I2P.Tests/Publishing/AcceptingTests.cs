using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>On which thread a visitor is handed over.</summary>
public sealed class AcceptingTests
{
    private const string Loop = "overlay sockets";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_accepts_visitors_resumes_on_the_loop_only_where_he_promises_not_to_block(bool neverBlocks)
    {
        Assert.SkipWhen(SocketEngine.Linux is null, "The portable engine has no loop.");
        await using var bridge = new AnsweringBridge(AnsweringBridge.Politely);
        using var context = new TestTransportContext();
        await using var transport = new I2PTransport(new I2POptions { Sam = bridge.EndPoint });
        await transport.StartAsync(context, Ct);
        var definition = new ServiceDefinition { Name = "node", Identity = transport.Identities.Create(), Ports = [80], AcceptingNeverBlocks = neverBlocks };
        await using IPublishedService service = (await transport.PublishAsync(definition, Ct)).Service!;
        Task<string?> accepting = AcceptAsync(service);
        await bridge.HeardAsync("STREAM ACCEPT");
        await bridge.SayOnAcceptAsync($"{Vectors.Destination}\n");
        ((await accepting) == Loop).Should().Be(neverBlocks);
    }

    private static async Task<string?> AcceptAsync(IPublishedService service)
    {
        Visitor visitor = (await service.AcceptAsync(Ct))!;
        string? thread = Thread.CurrentThread.Name;
        await visitor.Connection.DisposeAsync();
        return thread;
    }
}
