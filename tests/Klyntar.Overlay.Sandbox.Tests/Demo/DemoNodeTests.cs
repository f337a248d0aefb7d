using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Sandbox.Tests;

public sealed class DemoNodeTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_page_proves_which_node_was_reached()
    {
        await using DemoNode one = await DemoNode.StartAsync(cancellationToken: Cancelled);
        await using DemoNode other = await DemoNode.StartAsync(cancellationToken: Cancelled);
        using var client = new HttpClient();

        string page = await client.GetStringAsync(new Uri($"http://{one.EndPoint}/any/path?and=query"), Cancelled);

        one.IsMine(page).Should().BeTrue();
        other.IsMine(page).Should().BeFalse();
        one.Requests.Should().Be(1);
        other.Requests.Should().Be(0);
    }

    [Fact]
    public async Task It_listens_on_loopback_alone()
    {
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);

        node.EndPoint.Address.Should().Be(IPAddress.Loopback);
        LoopbackAddress.IsFree(IPAddress.Parse("127.0.0.2"), node.EndPoint.Port).Should().BeTrue();
    }

    [Fact]
    public async Task Its_name_is_text_and_not_markup()
    {
        await using DemoNode node = await DemoNode.StartAsync("<script>", Cancelled);
        using var client = new HttpClient();

        string page = await client.GetStringAsync(new Uri($"http://{node.EndPoint}/"), Cancelled);

        page.Should().Contain("&lt;script&gt;").And.NotContain("<script>");
    }

    [Fact]
    public async Task It_takes_nothing_but_reading()
    {
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        using var client = new HttpClient();

        using HttpResponseMessage answer = await client.PostAsync(new Uri($"http://{node.EndPoint}/"), null, Cancelled);

        answer.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
        answer.Content.Headers.Allow.Should().Equal("GET", "HEAD");
    }

    [Fact]
    public async Task Once_disposed_nobody_listens()
    {
        DemoNode node = await DemoNode.StartAsync(cancellationToken: Cancelled);
        await node.DisposeAsync();

        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Func<Task> connect = async () => await socket.ConnectAsync(node.EndPoint, Cancelled);
        (await connect.Should().ThrowAsync<SocketException>()).Which.SocketErrorCode.Should().Be(SocketError.ConnectionRefused);
    }
}
