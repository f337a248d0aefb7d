using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class TcpDoorsTests : IDisposable
{
    private readonly LogCapture _log = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_tor_on_this_machine_comes_from_this_machine()
    {
        await using EngineListener door = Doors(new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, 9051)).Open();
        using EngineSocket client = await ConnectAsync(door);
        using EngineSocket? visitor = await door.AcceptAsync(Ct);
        visitor.Should().NotBeNull();
        _log.Lines.Should().BeEmpty();
    }

    [Fact]
    public async Task Whoever_does_not_come_from_the_other_machine_is_turned_away_and_told_of_once()
    {
        await using EngineListener door = Doors(new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Parse("192.0.2.1"), 9051)).Open();
        Task<EngineSocket?> accepting = door.AcceptAsync(Ct).AsTask();
        for (int i = 0; i < 3; i++)
        {
            Func<Task> knocking = async () =>
            {
                using EngineSocket stranger = await ConnectAsync(door);
                await stranger.ReceiveAsync(new byte[1], Ct);
            };
            await knocking.Should().ThrowAsync<SocketException>();
        }

        accepting.IsCompleted.Should().BeFalse();
        _log.Lines.Should().ContainSingle().Which.Level.Should().Be(LogLevel.Warning);
        await door.DisposeAsync();
        (await accepting).Should().BeNull();
    }

    [Fact]
    public async Task From_a_port_on_each_door_takes_the_next_free_one()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int first = ((IPEndPoint)taken.LocalEndPoint!).Port;
        TcpDoors doors = Doors(new IPEndPoint(IPAddress.Loopback, first), new IPEndPoint(IPAddress.Loopback, 9051));
        await using EngineListener one = doors.Open();
        await using EngineListener two = doors.Open();
        Port(one).Should().BeGreaterThan(first);
        Port(two).Should().BeGreaterThan(Port(one));

        static int Port(EngineListener listener) => ((IPEndPoint)listener.LocalEndPoint).Port;
    }

    [Fact]
    public void An_address_of_another_machine_is_said_to_be_one() =>
        Doors(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0), new IPEndPoint(IPAddress.Loopback, 9051))
            .Invoking(d => d.Open()).Should().Throw<OverlayException>().WithMessage("*192.0.2.1*serviceListen*");

    private TcpDoors Doors(IPEndPoint listen, EndPoint tor) => new(listen, tor, SocketEngine.Portable, _log.CreateLogger("tor"));

    private static ValueTask<EngineSocket> ConnectAsync(EngineListener door) => SocketEngine.Portable.ConnectAsync(door.LocalEndPoint, null, Ct);
}
