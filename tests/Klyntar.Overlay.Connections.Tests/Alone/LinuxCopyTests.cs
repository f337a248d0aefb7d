using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>The Linux engine's copy where something that all copies share has run out, and with what only hostile peers send.</summary>
[Collection(AloneCollection.Name)]
public sealed class LinuxCopyTests
{
    private const int Pipes = 128;
    private const int MediumBuffers = 256;

    private static SocketEngine Engine => LinuxEngine.OrSkip();

    [Theory]
    [InlineData(SocketKind.Tcp)]
    [InlineData(SocketKind.Unix)]
    public async Task Where_no_pipe_can_be_had_bytes_go_through_memory_and_arrive_whole(SocketKind kind)
    {
        using Exhausted exhausted = new(Pipes, buffers: 0);
        await CopyWholeAsync(kind, 64 << 20);
    }

    [Theory]
    [InlineData(SocketKind.Tcp, MediumBuffers)]
    [InlineData(SocketKind.Tcp, MediumBuffers - 1)]
    [InlineData(SocketKind.Unix, MediumBuffers - 1)]
    public async Task Where_receivers_that_stop_reading_hold_all_pipes_and_buffers_the_next_copy_goes_on(SocketKind kind, int buffers)
    {
        using Exhausted exhausted = new(Pipes, buffers);
        await CopyWholeAsync(kind, 32 << 20, stalledFirst: true);
    }

    [Theory]
    [InlineData(32 * 1024)]
    [InlineData(4 << 20)]
    public async Task Urgent_bytes_in_the_middle_of_much_neither_end_nor_stall_a_copy(int before)
    {
        // splice(2) gives nothing where an urgent byte comes next, as if nothing came.
        for (int round = 0; round < 5; round++)
        {
            const int After = 1000;
            byte[] sent = Bytes.Random(before + After, round);
            await using EngineListener listener = Engine.Listen(SocketKind.Tcp.Free(), new EngineListenOptions());
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync((IPEndPoint)listener.LocalEndPoint);
            EngineSocket? accepted = await listener.AcceptAsync().Within();
            using SocketPair target = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
            Task sending = Task.Run(() =>
            {
                client.Send(sent.AsSpan(0, before));
                client.Send([0], SocketFlags.OutOfBand);
                client.Send(sent.AsSpan(before));
                client.Shutdown(SocketShutdown.Send);
            });
            if (before < 64 * 1024)
            {
                // All of it is there when the copy begins, and no edge comes later.
                await sending.Within();
            }

            Task<RelayResult> relay = Relay.RunAsync(new SocketConnection(accepted!), new SocketConnection(target.Accepted), new RelayOptions(), CancellationToken.None);
            byte[] received = await target.Connected.ReceiveAllAsync().Within();
            await sending.Within();
            received.AsSpan().SequenceEqual(sent).Should().BeTrue("the urgent byte is no part of the stream, and what follows it is: round {0}", round);
            target.Connected.ShutdownSend();
            (await relay.Within()).Cause.Should().Be(RelayEndCause.Finished);
        }
    }

    private static async Task CopyWholeAsync(SocketKind kind, long length, bool stalledFirst = false)
    {
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind);
        long accepted = 0;
        byte[] block = Bytes.Random(256 * 1024);
        Task sending = Task.Run(async () =>
        {
            for (long sent = 0; sent < length; sent += block.Length)
            {
                await rig.Client.SendAsync(block);
                Volatile.Write(ref accepted, sent + block.Length);
            }

            rig.Client.ShutdownSend();
        });
        if (stalledFirst)
        {
            _ = await Stalled.ValueAsync(() => Volatile.Read(ref accepted));
        }

        byte[] buffer = new byte[block.Length];
        long got = 0;
        while (await rig.Target.ReceiveAsync(buffer).Within() is int received and > 0)
        {
            for (int at = 0; at < received;)
            {
                int from = (int)((got + at) % block.Length);
                int part = Math.Min(received - at, block.Length - from);
                buffer.AsSpan(at, part).SequenceEqual(block.AsSpan(from, part)).Should().BeTrue("byte {0} onwards", got + at);
                at += part;
            }

            got += received;
        }

        got.Should().Be(length);
        await sending.Within();
        rig.Target.ShutdownSend();
        (await rig.Result.Within()).Should().Be(new RelayResult(length, 0, RelaySide.First, RelayEndCause.Finished, null));
    }

    /// <summary>Pipes and buffers that others have taken.</summary>
    private sealed class Exhausted : IDisposable
    {
        private readonly List<KernelPipe> _pipes = [];
        private readonly List<byte[]> _buffers = [];

        public Exhausted(int pipes, int buffers)
        {
            LinuxEngine.OrSkip();
            while (_pipes.Count < pipes && KernelPipes.Shared.TryRent() is { } pipe)
            {
                _pipes.Add(pipe);
            }

            KernelPipes.Shared.Rented.Should().Be(pipes, "these tests run alone");
            while (_buffers.Count < buffers)
            {
                _buffers.Add(CopyBuffers.Shared.Rent(CopyBuffers.Medium));
            }
        }

        public void Dispose()
        {
            _pipes.ForEach(p => KernelPipes.Shared.Return(p, isEmpty: true));
            _buffers.ForEach(CopyBuffers.Shared.Return);
        }
    }
}
