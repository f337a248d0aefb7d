using System.Net.Sockets;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>New circuits, as the command asks for them.</summary>
public sealed class NewCircuitsTests(TwoGateways gateways) : IClassFixture<TwoGateways>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dials_take_new_circuits_at_once_each_time_and_what_is_open_lives_on()
    {
        await using TorObserver tor = await TorObserver.ConnectAsync(gateways.Client.TransportFolder, Cancelled);
        var client = new GatewayClient(gateways.Client.DataFolder);
        HashSet<string> circuits = [];
        List<(Socket Dialled, Socket Accepted)> open = [];
        try
        {
            // The second time comes sooner than tor itself would renew anything again.
            for (int i = 0; i < 3; i++)
            {
                for (int j = 0; j < 2; j++)
                {
                    Socket dialled = await gateways.Client.DialAsync(gateways.Server.Onion("many"), 7, "user", Cancelled);
                    open.Add((dialled, await MeetAsync(dialled, (byte)open.Count)));
                    circuits.Add((await tor.StreamsAsync(Cancelled))[^1].CircuitId);
                    circuits.Should().HaveCount(i + 1, "dials share a circuit until a new one is asked for");
                }

                (await client.NewCircuitsAsync("tor", Cancelled)).Should().Equal(new NewCircuitsReport("tor", NewCircuitsOutcome.Done, null));
            }

            foreach ((Socket dialled, Socket accepted) in open)
            {
                await dialled.SendAllAsync("ping"u8.ToArray(), Cancelled);
                (await accepted.ReceiveExactlyAsync(4, Cancelled)).Should().Equal("ping"u8.ToArray());
                await accepted.SendAllAsync("pong"u8.ToArray(), Cancelled);
                (await dialled.ReceiveExactlyAsync(4, Cancelled)).Should().Equal("pong"u8.ToArray());
            }
        }
        finally
        {
            foreach ((Socket dialled, Socket accepted) in open)
            {
                dialled.Dispose();
                accepted.Dispose();
            }
        }
    }

    // An attempt that took too long may have come through after the dial went on to the next: its visitor says nothing and leaves.
    private async Task<Socket> MeetAsync(Socket dialled, byte name)
    {
        await dialled.SendAllAsync(new[] { name }, Cancelled);
        while (true)
        {
            Socket accepted = await gateways.Target.AcceptAsync(Cancelled);
            try
            {
                (await accepted.ReceiveExactlyAsync(1, Cancelled)).Should().Equal(name);
                return accepted;
            }
            catch (Exception e) when (e is EndOfStreamException or SocketException)
            {
                accepted.Dispose();
            }
        }
    }
}
