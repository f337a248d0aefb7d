using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Connections.Tests;

public sealed class LoopbackUserTests : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public LoopbackUserTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux alone tells it.");
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_user_at_the_other_end_is_told_also_where_that_is_a_socket_of_both_families(bool isDual)
    {
        using Socket client = isDual ? new Socket(SocketType.Stream, ProtocolType.Tcp) : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(_listener.LocalEndPoint!);
        using Socket accepted = await _listener.AcceptAsync();

        LoopbackUser.Of((IPEndPoint)accepted.RemoteEndPoint!, (IPEndPoint)accepted.LocalEndPoint!).Should().Be(CurrentUser.Id);
    }

    [Fact]
    public async Task Whoever_has_closed_is_nobody_and_not_root()
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(_listener.LocalEndPoint!);
        using Socket accepted = await _listener.AcceptAsync();
        var (remote, local) = ((IPEndPoint)accepted.RemoteEndPoint!, (IPEndPoint)accepted.LocalEndPoint!);

        client.Dispose();
        (await accepted.ReceiveAsync(new byte[1])).Should().Be(0);

        LoopbackUser.Of(remote, local).Should().BeNull();
    }

    [Fact]
    public void A_connection_that_does_not_exist_has_no_user()
    {
        var nowhere = new IPEndPoint(IPAddress.Parse("127.99.0.1"), 1);

        LoopbackUser.Of(nowhere, (IPEndPoint)_listener.LocalEndPoint!).Should().BeNull();
        LoopbackUser.Of(new IPEndPoint(IPAddress.IPv6Loopback, 1), nowhere).Should().BeNull();
    }
}
