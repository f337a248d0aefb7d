using CsCheck;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>That a relay between an engine's sockets carries every byte, on every path it may take.</summary>
public abstract class RelayIntegrityContract
{
    private static readonly int[] Edges = [4095, 4096, 16383, 16384, 16385, 32768, 65535, 65536, 65537, 262144, 344064];

    protected abstract SocketEngine Engine { get; }

    [Theory, MemberData(nameof(RelayRig.KindsAndPaths), MemberType = typeof(RelayRig))]
    public async Task The_answer_of_64_MiB_arrives_whole_after_the_client_has_ended(SocketKind kind, RelayPath path)
    {
        const long Answer = 64 << 20;
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path);
        string requestSent = await rig.Client.SendHashedAsync(1000, 1).Within();
        (await rig.Target.ReceiveHashedAsync().Within()).Should().Be(requestSent);

        Task<string> received = rig.Client.ReceiveHashedAsync();
        string sent = await rig.Target.SendHashedAsync(Answer, 2).Within();
        (await received.Within()).Should().Be(sent);
        (await rig.Result.Within()).Should().Be(new RelayResult(1000, Answer, RelaySide.First, RelayEndCause.Finished, null));
    }

    [Theory, MemberData(nameof(RelayRig.KindsAndPaths), MemberType = typeof(RelayRig))]
    public async Task An_upload_of_64_MiB_arrives_whole_after_the_target_has_ended(SocketKind kind, RelayPath path)
    {
        const long Upload = 64 << 20;
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path);
        string greetingSent = await rig.Target.SendHashedAsync(1000, 1).Within();
        (await rig.Client.ReceiveHashedAsync().Within()).Should().Be(greetingSent);

        Task<string> received = rig.Target.ReceiveHashedAsync();
        string sent = await rig.Client.SendHashedAsync(Upload, 2).Within();
        (await received.Within()).Should().Be(sent);
        (await rig.Result.Within()).Should().Be(new RelayResult(Upload, 1000, RelaySide.Second, RelayEndCause.Finished, null));
    }

    [Theory, MemberData(nameof(RelayRig.KindsAndPaths), MemberType = typeof(RelayRig))]
    public async Task Both_directions_flow_at_once(SocketKind kind, RelayPath path)
    {
        const long Length = 16 << 20;
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path);
        Task<string> atTarget = rig.Target.ReceiveHashedAsync();
        Task<string> atClient = rig.Client.ReceiveHashedAsync();
        Task<string> fromTarget = rig.Target.SendHashedAsync(Length, 1);
        Task<string> fromClient = rig.Client.SendHashedAsync(Length, 2);
        (await atClient.Within()).Should().Be(await fromTarget.Within());
        (await atTarget.Within()).Should().Be(await fromClient.Within());
        (await rig.Result.Within()).Cause.Should().Be(RelayEndCause.Finished);
    }

    [Theory, MemberData(nameof(RelayRig.KindsAndPaths), MemberType = typeof(RelayRig))]
    public async Task Bytes_and_FIN_that_were_queued_before_the_relay_began_arrive(SocketKind kind, RelayPath path)
    {
        for (int round = 0; round < 40; round++)
        {
            int length = 1 + (round * 3001);
            using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path, before: async (client, target) =>
            {
                await client.SendAsync(Bytes.Random(length, 1));
                client.ShutdownSend();
                await target.SendAsync(Bytes.Random(length, 2));
                target.ShutdownSend();
            });
            Task<byte[]> atTarget = rig.Target.ReceiveAllAsync();
            (await rig.Client.ReceiveAllAsync().Within()).Should().Equal(Bytes.Random(length, 2));
            (await atTarget.Within()).Should().Equal(Bytes.Random(length, 1));
            RelayResult result = await rig.Result.Within();
            (result.BytesForward, result.BytesBack, result.Cause).Should().Be((length, length, RelayEndCause.Finished));
        }
    }

    [Theory, MemberData(nameof(RelayRig.KindsAndPaths), MemberType = typeof(RelayRig))]
    public async Task Bytes_read_before_the_relay_come_first(SocketKind kind, RelayPath path)
    {
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path, alreadyRead: 5, before: async (client, target) =>
        {
            await client.SendAsync("first second"u8.ToArray());
            await target.SendAsync("hello world"u8.ToArray());
        });
        (await rig.Target.ReceiveExactlyAsync(12).Within()).Should().Equal("first second"u8.ToArray());
        (await rig.Client.ReceiveExactlyAsync(11).Within()).Should().Equal("hello world"u8.ToArray());
        rig.Client.ShutdownSend();
        rig.Target.ShutdownSend();
        RelayResult result = await rig.Result.Within();
        (result.BytesForward, result.BytesBack).Should().Be((12, 11));
    }

    [Theory, MemberData(nameof(RelayRig.KindsAndPaths), MemberType = typeof(RelayRig))]
    public async Task A_target_that_does_not_read_stops_the_client_and_nothing_is_lost(SocketKind kind, RelayPath path)
    {
        const long Length = 128 << 20;
        using RelayRig rig = await RelayRig.StartAsync(Engine, kind, path);
        long accepted = 0;
        byte[] block = Bytes.Random(128 * 1024);
        Task sending = Task.Run(async () =>
        {
            for (long sent = 0; sent < Length; sent += block.Length)
            {
                await rig.Client.SendAsync(block);
                Volatile.Write(ref accepted, sent + block.Length);
            }

            rig.Client.ShutdownSend();
        });
        long stalledAt = await Stalled.ValueAsync(() => Volatile.Read(ref accepted));

        // The kernel's own buffers on four sockets, and one of the relay's.
        stalledAt.Should().BeLessThan(kind == SocketKind.Unix ? 2 << 20 : 48 << 20);
        byte[] buffer = new byte[block.Length];
        for (long got = 0; got < Length;)
        {
            int received = await rig.Target.ReceiveAsync(buffer).Within();
            received.Should().BePositive();
            buffer.AsSpan(0, received).SequenceEqual(Wrapped(block, got, received)).Should().BeTrue("byte {0} onwards", got);
            got += received;
        }

        await sending.Within();
        rig.Target.ShutdownSend();
        (await rig.Result.Within()).BytesForward.Should().Be(Length);
    }

    [Theory, MemberData(nameof(RelayRig.Paths), MemberType = typeof(RelayRig))]
    public async Task Any_bytes_in_any_split_arrive_identically(RelayPath path)
    {
        // Sizes about the buffers' own: 16 K, 64 K and 256 K, exactly filled, one more, one less.
        Gen<int> size = Gen.Frequency(
            (4, Gen.Int[1, 3000]),
            (2, Gen.Int[0, 10].Select(i => Edges[i])),
            (1, Gen.Int[60_000, 200_000]));
        await Gen.Select(size.Array[0, 12], size.Array[0, 12], Gen.Bool).SampleAsync(
            async (forward, back, unix) =>
            {
                using RelayRig rig = await RelayRig.StartAsync(Engine, unix ? SocketKind.Unix : SocketKind.Tcp, path);
                Task<byte[]> atTarget = rig.Target.ReceiveAllAsync();
                Task<byte[]> atClient = rig.Client.ReceiveAllAsync();
                Task up = SendSplitAsync(rig.Client, forward, 1);
                Task down = SendSplitAsync(rig.Target, back, 2);
                await Task.WhenAll(up, down).Within();
                (await atTarget.Within()).AsSpan().SequenceEqual(Bytes.Random(forward.Sum(), 1)).Should().BeTrue();
                (await atClient.Within()).AsSpan().SequenceEqual(Bytes.Random(back.Sum(), 2)).Should().BeTrue();
                RelayResult result = await rig.Result.Within();
                (result.BytesForward, result.BytesBack, result.Cause).Should().Be((forward.Sum(), back.Sum(), RelayEndCause.Finished));
            },
            iter: 60,
            threads: 4);
    }

    [Theory, MemberData(nameof(RelayRig.Paths), MemberType = typeof(RelayRig))]
    public async Task Many_short_relays_at_once_neither_stall_nor_lose_a_byte(RelayPath path)
    {
        // A lost wake-up or a FIN taken for drained shows in one relay of thousands, and in repeats only.
        await Parallel.ForAsync(0, 600, new ParallelOptions { MaxDegreeOfParallelism = 24 }, async (i, stop) =>
        {
            int length = (i % 5) switch { 0 => 16384, 1 => 65536, 2 => 1, 3 => 16384 * 3, _ => i * 37 };
            using RelayRig rig = await RelayRig.StartAsync(Engine, i % 2 == 0 ? SocketKind.Tcp : SocketKind.Unix, path, cancellationToken: stop);
            Task<byte[]> echo = EchoAsync(rig.Target);
            byte[] sent = Bytes.Random(length, i);
            Task sending = SendAllAsync(rig.Client, sent);
            byte[] back = await rig.Client.ReceiveAllAsync().Within();
            await sending.Within();
            await echo.Within();
            back.AsSpan().SequenceEqual(sent).Should().BeTrue("relay {0} of {1} bytes", i, length);
            (await rig.Result.Within()).Should().Be(new RelayResult(length, length, RelaySide.First, RelayEndCause.Finished, null));
        });

        static async Task SendAllAsync(EngineSocket socket, byte[] bytes)
        {
            await socket.SendAsync(bytes);
            socket.ShutdownSend();
        }

        static async Task<byte[]> EchoAsync(EngineSocket socket)
        {
            byte[] all = await socket.ReceiveAllAsync();
            await socket.SendAsync(all);
            socket.ShutdownSend();
            return all;
        }
    }

    private static async Task SendSplitAsync(EngineSocket socket, int[] sizes, int seed)
    {
        byte[] all = Bytes.Random(sizes.Sum(), seed);
        int at = 0;
        foreach (int size in sizes)
        {
            await socket.SendAsync(all.AsMemory(at, size));
            at += size;
            await Task.Yield();
        }

        socket.ShutdownSend();
    }

    private static byte[] Wrapped(byte[] block, long from, int length)
    {
        byte[] expected = new byte[length];
        for (int i = 0; i < length;)
        {
            int at = (int)((from + i) % block.Length);
            int part = Math.Min(block.Length - at, length - i);
            block.AsSpan(at, part).CopyTo(expected.AsSpan(i));
            i += part;
        }

        return expected;
    }
}
