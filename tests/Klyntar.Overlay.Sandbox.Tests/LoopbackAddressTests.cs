using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Sandbox.Tests;

public sealed class LoopbackAddressTests
{
    [Fact]
    public void Every_address_is_on_loopback_and_can_be_bound()
    {
        for (int i = 0; i < 100; i++)
        {
            IPAddress address = LoopbackAddress.Choose();

            address.GetAddressBytes()[0].Should().Be(127);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
        }
    }

    [Fact]
    public void Ports_are_free_and_different()
    {
        ImmutableArray<int> ports = LoopbackAddress.ChoosePorts(IPAddress.Loopback, 50);

        ports.Should().OnlyHaveUniqueItems().And.HaveCount(50).And.OnlyContain(p => LoopbackAddress.IsFree(IPAddress.Loopback, p));
    }

    [Fact]
    public void A_port_with_a_listener_is_not_free()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, 0));
        listener.Listen();

        LoopbackAddress.IsFree(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint!).Port).Should().BeFalse();
    }
}
