using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>Whose code runs on the engine's loop: no transport's that does not promise to block nothing, and nobody's who dials through the gateway.</summary>
public sealed class LoopTests : IDisposable
{
    private const string Loop = "overlay sockets";

    private readonly TestNode _node = new();

    public LoopTests() => Assert.SkipWhen(SocketEngine.Linux is null, "The portable engine has no loop.");

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_transport_is_called_on_the_loop_only_where_it_promises_not_to_block(bool neverBlocks)
    {
        var overlay = new InMemoryOverlay();
        await using TestGateway server = await TestGateway.PublishAsync(overlay, _node.EndPoint);
        InMemoryTransport inner = overlay.CreateTransport();
        List<string?> threads = [];
        var transport = new ScriptedTransport(inner)
        {
            NeverBlocks = neverBlocks,
            OnParse = (host, port) =>
            {
                threads.Add(Thread.CurrentThread.Name);
                return inner.Parse(host, port);
            },
            OnDial = (request, left) =>
            {
                threads.Add(Thread.CurrentThread.Name);
                return inner.DialAsync(request, left);
            },
        };
        await using TestGateway gateway = await TestGateway.StartAsync(transport, new GatewayOptions { Socks = [TestGateway.AnyPort] });
        using Socket client = await gateway.DialAsync(server.Address);
        threads.Should().HaveCountGreaterThan(1);
        threads.Select(t => t == Loop).Should().AllBeEquivalentTo(neverBlocks);
    }

    [Fact]
    public async Task Who_dials_through_the_gateway_resumes_elsewhere_though_the_dial_ended_on_the_loop()
    {
        var overlay = new InMemoryOverlay();
        string? dialled = null;
        var transport = new ScriptedTransport(overlay.CreateTransport())
        {
            OnParse = (host, port) => ParsedHost.Valid(new AnyEndPoint(host, port)),
            OnDial = async (_, left) =>
            {
                EngineSocket socket = await SocketEngine.Linux!.ConnectAsync(_node.EndPoint, null, left);
                socket.ResumesOnLoop = true;
                await socket.WaitReadableAsync(left);
                dialled = Thread.CurrentThread.Name;
                return new SocketConnection(socket);
            },
        };
        await using TestGateway gateway = await TestGateway.StartAsync(transport, new GatewayOptions { Socks = [] });
        Task<string?> dial = DialAsync(gateway.Host);
        using Socket accepted = await _node.AcceptAsync();
        await accepted.SendAsync("x");
        (await dial.SoonAsync()).Should().NotBe(Loop);
        dialled.Should().Be(Loop, "else this proves nothing");

        static async Task<string?> DialAsync(GatewayHost host)
        {
            DialResult result = await host.DialAsync(new DialRequest(new DnsEndPoint("any.mem", 80)));
            string? thread = Thread.CurrentThread.Name;
            await result.Connection!.DisposeAsync();
            return thread;
        }
    }

    private sealed class AnyEndPoint(string host, int port) : OverlayEndPoint("memory", host, port);
}
