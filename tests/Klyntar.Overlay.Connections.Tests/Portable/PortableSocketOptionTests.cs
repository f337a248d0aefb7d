using System.Net;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>What is set on the sockets.</summary>
public sealed class PortableSocketOptionTests
{
    [Theory]
    [InlineData(SocketKind.Tcp)]
    [InlineData(SocketKind.TcpV6)]
    public async Task Small_segments_are_not_delayed_on_either_side(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(SocketEngine.Portable, kind);
        ((PortableSocket)pair.Connected).Inner.NoDelay.Should().BeTrue();
        ((PortableSocket)pair.Accepted).Inner.NoDelay.Should().BeTrue();
    }

    [Fact]
    public async Task An_IPv6_listener_takes_IPv6_only()
    {
        await using EngineListener six = SocketEngine.Portable.Listen(new IPEndPoint(IPAddress.IPv6Any, 0), new EngineListenOptions());
        int port = ((IPEndPoint)six.LocalEndPoint).Port;
        await SocketEngine.Portable.Awaiting(e => e.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), null, default).Within())
            .Should().ThrowAsync<System.Net.Sockets.SocketException>();
    }

    [Fact]
    public async Task One_local_address_serves_many_targets_without_running_out_of_ports()
    {
        // Bound without a port, two connections to different targets may even share one.
        await using EngineListener listener = SocketEngine.Portable.Listen(SocketKind.Tcp.Free(), new EngineListenOptions());
        IPEndPoint local = new(IPAddress.Loopback, 0);
        using EngineSocket one = await SocketEngine.Portable.ConnectAsync(listener.LocalEndPoint, local, default).Within();
        using EngineSocket two = await SocketEngine.Portable.ConnectAsync(listener.LocalEndPoint, local, default).Within();
        one.LocalEndPoint.Should().NotBe(two.LocalEndPoint);
    }
}
