using System.Net.Sockets;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>What shares the one loop does not stop each other.</summary>
public sealed class LoopTests
{
    private static SocketEngine Engine => LinuxEngine.OrSkip();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Accepting_and_what_was_accepted_resume_on_the_loop_where_the_listener_promised_it_and_nowhere_else(bool resumesOnLoop)
    {
        await ThreadPoolHop.Instance;
        await using EngineListener listener = Engine.Listen(SocketKind.Tcp.Free(), new EngineListenOptions { ResumesOnLoop = resumesOnLoop });
        Task<(EngineSocket? Socket, bool OnLoop)> accepting = AfterAsync(listener.AcceptAsync());
        using EngineSocket connected = await Engine.ConnectAsync(listener.LocalEndPoint, null, default).Within();
        (EngineSocket? accepted, bool acceptedOnLoop) = await accepting.Within();
        using (accepted)
        {
            acceptedOnLoop.Should().Be(resumesOnLoop);
            accepted!.ResumesOnLoop.Should().Be(resumesOnLoop);
            connected.ResumesOnLoop.Should().BeFalse();

            Task<(bool Waited, bool OnLoop)> waiting = AfterAsync(Waited(accepted));
            await connected.SendAsync("x"u8.ToArray());
            (await waiting.Within()).OnLoop.Should().Be(resumesOnLoop);
            await accepted.ReceiveExactlyAsync(1).Within();

            Task<(int Count, bool OnLoop)> receiving = AfterAsync(accepted.ReceiveAsync(new byte[1]));
            await connected.SendAsync("y"u8.ToArray());
            (await receiving.Within()).Should().Be((1, resumesOnLoop));

            Task<(bool Sent, bool OnLoop)> sending = AfterAsync(Sent(accepted));
            await connected.ReceiveExactlyAsync(16 << 20).Within();
            (await sending.Within()).OnLoop.Should().Be(resumesOnLoop);

            Task<(int Count, bool OnLoop)> atConnected = AfterAsync(connected.ReceiveAsync(new byte[1]));
            await accepted.SendAsync("z"u8.ToArray());
            (await atConnected.Within()).Should().Be((1, false));
        }

        static async ValueTask<bool> Waited(EngineSocket socket)
        {
            await socket.WaitReadableAsync();
            return true;
        }

        static async ValueTask<bool> Sent(EngineSocket socket)
        {
            await socket.SendAsync(new byte[16 << 20]);
            return true;
        }

        static async Task<(T Result, bool OnLoop)> AfterAsync<T>(ValueTask<T> operation) => (await operation, EpollLoop.IsCurrent);
    }

    [Fact]
    public async Task Five_thousand_connections_are_served_at_once_though_the_receiver_of_one_has_stopped()
    {
        const int Count = 5_000;
        const int Dialling = 64;
        Assert.SkipWhen(DescriptorReserve.IsReachedByAccept((2 * Count) + 2_000), "The process may not open so many descriptors.");
        await using EngineListener listener = Engine.Listen(SocketKind.Tcp.Free(), new EngineListenOptions { ResumesOnLoop = true });
        Task serving = ServeAsync(listener);
        using EngineSocket stopped = await Engine.ConnectAsync(listener.LocalEndPoint, null, default).Within();
        Task stuck = SendForeverAsync(stopped);
        EngineSocket[] clients = new EngineSocket[Count];
        await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = Dialling }, async (i, _) =>
            clients[i] = await Engine.ConnectAsync(listener.LocalEndPoint, null, default).Within());
        for (int round = 0; round < 3; round++)
        {
            byte[] ping = Bytes.Random(64, round);
            await Task.WhenAll(clients.Select(async client =>
            {
                await client.SendAsync(ping);
                (await client.ReceiveExactlyAsync(ping.Length).Within()).Should().Equal(ping);
            })).Within();
        }

        stuck.IsCompleted.Should().BeFalse();
        foreach (EngineSocket client in clients)
        {
            client.Dispose();
        }

        stopped.Abort();
        await stuck.Within().Invoking(t => t).Should().ThrowAsync<SocketException>();
        await listener.DisposeAsync();
        await serving.Within();

        static async Task ServeAsync(EngineListener listener)
        {
            while (await listener.AcceptAsync() is { } accepted)
            {
                _ = EchoAsync(accepted);
            }
        }

        static async Task EchoAsync(EngineSocket socket)
        {
            using (socket)
            {
                byte[] buffer = new byte[1024];
                try
                {
                    while (await socket.ReceiveAsync(buffer) is int received and > 0)
                    {
                        await socket.SendAsync(buffer.AsMemory(0, received));
                    }
                }
                catch (SocketException)
                {
                    // The stopped one was reset.
                }
            }
        }
    }

    [Fact]
    public async Task A_flood_of_connections_and_a_bulk_relay_do_not_starve_a_relay()
    {
        const int Pings = 200;
        await using EngineListener listener = Engine.Listen(SocketKind.Tcp.Free(), new EngineListenOptions { ResumesOnLoop = true });
        int accepted = 0;
        Task accepting = AcceptAsync();
        using CancellationTokenSource over = new();
        Task[] flooding = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(FloodAsync))];
        using RelayRig bulk = await RelayRig.StartAsync(Engine);
        Task sending = SendForeverAsync(bulk.Client);
        Task draining = DrainAsync(bulk.Target);
        using RelayRig rig = await RelayRig.StartAsync(Engine);

        // The flood and the bulk go on until all the pings have been answered.
        for (int i = 0; i < Pings; i++)
        {
            await rig.ExchangeAsync();
        }

        await over.CancelAsync();
        await Task.WhenAll(flooding).Within();
        accepted.Should().BePositive();
        bulk.Client.Abort();
        await sending.Within().Invoking(t => t).Should().ThrowAsync<SocketException>();
        await draining.Within().Invoking(t => t).Should().ThrowAsync<SocketException>();
        await listener.DisposeAsync();
        await accepting.Within();

        async Task AcceptAsync()
        {
            while (await listener.AcceptAsync() is { } socket)
            {
                accepted++;
                socket.Abort();
            }
        }

        async Task FloodAsync()
        {
            while (!over.IsCancellationRequested)
            {
                try
                {
                    (await Engine.ConnectAsync(listener.LocalEndPoint, null, default).Within()).Abort();
                }
                catch (SocketException)
                {
                    // It was reset already.
                }
            }
        }

        static async Task DrainAsync(EngineSocket socket)
        {
            byte[] buffer = new byte[256 * 1024];
            while (await socket.ReceiveAsync(buffer) > 0)
            {
                // Only that it flows matters.
            }
        }
    }

    private static async Task SendForeverAsync(EngineSocket socket)
    {
        await Task.Yield();
        byte[] block = new byte[256 * 1024];
        while (true)
        {
            await socket.SendAsync(block);
        }
    }
}
