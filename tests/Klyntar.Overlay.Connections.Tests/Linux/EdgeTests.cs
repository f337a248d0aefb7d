using System.Net.Sockets;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>Edges that are missed: many relays at once, of every shape, round after round, since a stall shows in one of hundreds.</summary>
public sealed class EdgeTests
{
    private const int Rounds = 30;
    private const int Relays = 32;

    private enum Shape
    {
        Both,
        ClientThenTarget,
        TargetThenClient,
        NothingBack,
        ClientResets,
        TargetResets,
    }

    [Fact]
    public async Task Relays_of_every_shape_at_once_neither_stall_nor_lose_a_byte()
    {
        _ = LinuxEngine.OrSkip();
        int seed = Random.Shared.Next();
        for (int round = 0; round < Rounds; round++)
        {
            Turnstile turnstile = new();
            await Task.WhenAll(Enumerable.Range(0, Relays).Select(i => Task.Run(() => RelayAsync(new Plan(unchecked(seed + (round * Relays) + i)), turnstile))));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bytes_of_which_a_wait_was_told_are_still_there_for_whoever_comes_next(bool isRelay)
    {
        SocketEngine engine = LinuxEngine.OrSkip();
        using SocketPair client = await SocketPair.CreateAsync(engine, SocketKind.Tcp);
        using SocketPair target = await SocketPair.CreateAsync(engine, SocketKind.Tcp);
        client.Accepted.ResumesOnLoop = true;
        Task<int> first = client.Accepted.ReceiveAsync(new byte[16]).AsTask();
        await client.Connected.SendAsync("a"u8.ToArray());
        (await first.Within()).Should().Be(1, "the socket is empty now");
        Task wait = client.Accepted.WaitReadableAsync().AsTask();
        await client.Connected.SendAsync("b"u8.ToArray());
        await wait.Within();
        await ThreadPoolHop.Instance;

        // As where a client that is watched sends at the moment when its dial is over.
        if (!isRelay)
        {
            await client.Accepted.WaitReadableAsync().Within();
            return;
        }

        Task<RelayResult> relay = Relay.RunAsync(new SocketConnection(client.Accepted), new SocketConnection(target.Connected), new RelayOptions(), default);
        byte[] received = new byte[1];
        (await target.Accepted.ReceiveAsync(received).Within()).Should().Be(1);
        received.Should().Equal("b"u8.ToArray());
        client.Connected.ShutdownSend();
        target.Accepted.ShutdownSend();
        (await relay.Within()).Cause.Should().Be(RelayEndCause.Finished);
    }

    private static async Task RelayAsync(Plan plan, Turnstile turnstile)
    {
        try
        {
            using RelayRig rig = await RelayRig.StartAsync(LinuxEngine.OrSkip(), plan.Kind);
            switch (plan.Shape)
            {
                case Shape.Both or Shape.NothingBack:
                    await Task.WhenAll(
                        OneWayAsync(rig.Client, rig.Target, plan.Forward, turnstile),
                        OneWayAsync(rig.Target, rig.Client, plan.Back, turnstile));
                    break;
                case Shape.ClientThenTarget:
                    await OneWayAsync(rig.Client, rig.Target, plan.Forward, turnstile);
                    await OneWayAsync(rig.Target, rig.Client, plan.Back, turnstile);
                    break;
                case Shape.TargetThenClient:
                    await OneWayAsync(rig.Target, rig.Client, plan.Back, turnstile);
                    await OneWayAsync(rig.Client, rig.Target, plan.Forward, turnstile);
                    break;
                case Shape.ClientResets:
                    await ResetAsync(rig.Client, rig.Target, plan.Forward, plan.Back, turnstile);
                    break;
                default:
                    await ResetAsync(rig.Target, rig.Client, plan.Back, plan.Forward, turnstile);
                    break;
            }

            RelayResult result = await rig.Result.Within();
            if (plan.Shape is Shape.ClientResets or Shape.TargetResets)
            {
                (result.EndedBy, result.Cause).Should().Be((plan.Shape == Shape.ClientResets ? RelaySide.First : RelaySide.Second, RelayEndCause.Reset));
            }
            else
            {
                (result.BytesForward, result.BytesBack, result.Cause).Should().Be((plan.Forward.Length, plan.Back.Length, RelayEndCause.Finished));
            }
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"The relay of seed {plan.Seed}, {plan.Kind}, {plan.Shape}, {plan.Forward.Length} and {plan.Back.Length} bytes: {e.Message}", e);
        }
    }

    /// <summary>Sends in pieces, with the end right after the last one, and receives it all.</summary>
    private static async Task OneWayAsync(EngineSocket from, EngineSocket to, Part part, Turnstile turnstile)
    {
        Task<byte[]> receiving = to.ReceiveAllAsync();
        await SendAsync(from, part, part.Length, turnstile);
        from.ShutdownSend();
        (await receiving.Within()).AsSpan().SequenceEqual(part.Bytes()).Should().BeTrue();
    }

    /// <summary>Sends part of it and resets, while the other side sends and ends.</summary>
    private static async Task ResetAsync(EngineSocket from, EngineSocket other, Part part, Part back, Turnstile turnstile)
    {
        Task sending = Task.Run(async () =>
        {
            try
            {
                await SendAsync(other, back, back.Length, turnstile);
                other.ShutdownSend();
            }
            catch (SocketException)
            {
                // It met the reset.
            }
        });
        await SendAsync(from, part, part.ResetAt, turnstile);
        from.Abort();
        await other.ReceiveAllAsync().ContinueWith(static _ => { }, TaskScheduler.Default).Within();
        await sending.Within();
    }

    private static async Task SendAsync(EngineSocket socket, Part part, int length, Turnstile turnstile)
    {
        using Turnstile.Pass pass = turnstile.Enter();
        byte[] bytes = part.Bytes();
        Random random = new(part.Seed);
        for (int at = 0; at < length;)
        {
            int piece = Math.Min(length - at, random.Next(8) == 0 ? random.Next(1, 100_000) : random.Next(1, 6_000));
            await socket.SendAsync(bytes.AsMemory(at, piece)).Within();
            at += piece;
            await pass.GoAsync(pauses: random.Next(3) == 0).Within();
        }
    }

    private sealed record Part(int Length, int ResetAt, int Seed)
    {
        public byte[] Bytes() => Tests.Bytes.Random(Length, Seed);
    }

    private sealed class Plan
    {
        public Plan(int seed)
        {
            Seed = seed;
            Random random = new(seed);
            Shape = (Shape)random.Next(6);
            Kind = random.Next(2) == 0 || Shape is Shape.ClientResets or Shape.TargetResets ? SocketKind.Tcp : SocketKind.Unix;
            Forward = Next(random);
            Back = Shape == Shape.NothingBack ? new Part(0, 0, 0) : Next(random);
        }

        public int Seed { get; }

        public Shape Shape { get; }

        public SocketKind Kind { get; }

        public Part Forward { get; }

        public Part Back { get; }

        private static Part Next(Random random)
        {
            int length = random.Next(4) switch
            {
                0 => random.Next(0, 3_000),
                1 => random.Next(16_000, 17_000),
                2 => random.Next(0, 40_000),
                _ => random.Next(60_000, 400_000),
            };
            return new Part(length, random.Next(0, length + 1), random.Next());
        }
    }

    /// <summary>Pauses of an uncertain length that no clock measures: whoever pauses goes on when somebody else comes by.</summary>
    private sealed class Turnstile
    {
        private readonly Lock _gate = new();
        private readonly Queue<TaskCompletionSource> _paused = [];
        private int _inside;

        public Pass Enter()
        {
            lock (_gate)
            {
                _inside++;
            }

            return new Pass(this);
        }

        private Task GoAsync(bool pauses)
        {
            TaskCompletionSource? other;
            Task mine = Task.CompletedTask;
            lock (_gate)
            {
                _ = _paused.TryDequeue(out other);

                // Somebody must come by.
                if (pauses && _paused.Count + 1 < _inside)
                {
                    TaskCompletionSource paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    _paused.Enqueue(paused);
                    mine = paused.Task;
                }
            }

            other?.SetResult();
            return mine;
        }

        private void Leave()
        {
            TaskCompletionSource? other = null;
            lock (_gate)
            {
                _inside--;
                _ = _paused.TryDequeue(out other);
            }

            other?.SetResult();
        }

        public sealed class Pass(Turnstile turnstile) : IDisposable
        {
            public Task GoAsync(bool pauses) => turnstile.GoAsync(pauses);

            public void Dispose() => turnstile.Leave();
        }
    }
}
