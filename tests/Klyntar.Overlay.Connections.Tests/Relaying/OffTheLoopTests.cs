using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>Plugin and ASP.NET code never runs on an engine's loop.</summary>
public sealed class OffTheLoopTests : IDisposable
{
    private readonly LoopEngine _engine = new();

    [Fact]
    public async Task The_sockets_own_operations_resume_on_the_loop()
    {
        await ThreadPoolHop.Instance;
        using SocketPair pair = await SocketPair.CreateAsync(SocketEngine.Portable, SocketKind.Tcp);
        EngineSocket socket = _engine.Own(pair.Accepted);
        Task<bool> resumesOnLoop = Off(async () => await socket.ReceiveAsync(new byte[1]));
        await pair.Connected.SendAsync("x"u8.ToArray());
        bool onLoop = await resumesOnLoop.Within();
        onLoop.Should().BeTrue("else the other tests here prove nothing");
    }

    [Fact]
    public async Task Who_reads_or_writes_a_pipe_resumes_off_the_loop()
    {
        await ThreadPoolHop.Instance;
        using SocketPair pair = await SocketPair.CreateAsync(SocketEngine.Portable, SocketKind.Tcp);
        await using SocketConnection connection = new(_engine.Own(pair.Accepted));
        Task<bool> afterRead = Off(async () => connection.Transport.Input.AdvanceTo((await connection.Transport.Input.ReadAsync()).Buffer.End));
        await pair.Connected.SendAsync("x"u8.ToArray());
        (await afterRead.Within()).Should().BeFalse();

        Task<bool> afterWrite = Off(async () => await connection.Transport.Output.WriteAsync(new byte[16 << 20]));
        await pair.Connected.ReceiveExactlyAsync(16 << 20).Within();
        (await afterWrite.Within()).Should().BeFalse();

        Task<bool> afterFault = Off(async () =>
        {
            try
            {
                await connection.Transport.Input.ReadAsync();
            }
            catch (ConnectionResetException)
            {
                // It was reset, and where this runs is the question.
            }
        });
        pair.Connected.Abort();
        (await afterFault.Within()).Should().BeFalse();
    }

    [Fact]
    public async Task A_relay_started_on_the_loop_touches_a_pipe_of_others_elsewhere()
    {
        using SocketPair pair = await SocketPair.CreateAsync(SocketEngine.Portable, SocketKind.Tcp);
        await using MemoryConnection memory = new();
        Watched watched = new(memory.Transport);
        memory.Transport = watched;
        TaskCompletionSource<Task<RelayResult>> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _engine.Post(() => started.SetResult(Relay.RunAsync(new SocketConnection(_engine.Own(pair.Accepted)), memory, new RelayOptions(), CancellationToken.None)));
        Task<RelayResult> relay = await started.Task.Within();
        await pair.Connected.SendAsync("request"u8.ToArray());
        pair.Connected.ShutdownSend();
        await memory.Far.Output.WriteAsync("answer"u8.ToArray());
        await memory.Far.Output.CompleteAsync();
        (await pair.Connected.ReceiveAllAsync().Within()).Should().Equal("answer"u8.ToArray());
        RelayResult result = await relay.Within();
        (result.BytesForward, result.BytesBack, result.Cause).Should().Be((7, 6, RelayEndCause.Finished));
        watched.Uses.Should().BePositive();
        watched.UsesOnLoop.Should().Be(0);
    }

    [Fact]
    public async Task A_connection_of_others_that_gave_up_its_socket_is_disposed_off_the_loop()
    {
        for (int round = 0; round < 20; round++)
        {
            using SocketPair one = await SocketPair.CreateAsync(SocketEngine.Portable, SocketKind.Tcp);
            using SocketPair two = await SocketPair.CreateAsync(SocketEngine.Portable, SocketKind.Tcp);
            bool? disposedOnLoop = null;
            await using MemoryConnection given = new() { OnDispose = () => disposedOnLoop ??= LoopEngine.IsLoop };
            given.Features.Set<IEngineSocketFeature>(new SocketConnection(_engine.Own(one.Accepted)));
            Task<RelayResult> relay = Relay.RunAsync(given, new SocketConnection(_engine.Own(two.Accepted)), new RelayOptions(), CancellationToken.None);
            await one.Connected.SendAsync("x"u8.ToArray());
            (await two.Connected.ReceiveAsync(new byte[1]).Within()).Should().Be(1);
            two.Connected.ShutdownSend();
            one.Connected.ShutdownSend();
            (await relay.Within()).Cause.Should().Be(RelayEndCause.Finished);
            disposedOnLoop.Should().BeFalse();
        }
    }

    [Fact]
    public async Task Sockets_of_two_engines_are_relayed_too()
    {
        using SocketPair one = await SocketPair.CreateAsync(SocketEngine.Portable, SocketKind.Tcp);
        using SocketPair two = await SocketPair.CreateAsync(SocketEngine.Portable, SocketKind.Unix);
        Task<RelayResult> relay = Relay.RunAsync(
            new SocketConnection(_engine.Own(one.Accepted)), new SocketConnection(two.Accepted), new RelayOptions(), CancellationToken.None);
        Task<string> sending = one.Connected.SendHashedAsync(3 << 20, 1);
        (await two.Connected.ReceiveHashedAsync().Within()).Should().Be(await sending.Within());
        two.Connected.ShutdownSend();
        (await relay.Within()).Should().Be(new RelayResult(3 << 20, 0, RelaySide.First, RelayEndCause.Finished, null));
    }

    public void Dispose() => _engine.Dispose();

    /// <summary>Begins an operation that waits, off the loop, and tells whether what follows it runs on the loop.</summary>
    private static Task<bool> Off(Func<Task> operation)
    {
        LoopEngine.IsLoop.Should().BeFalse();
        return ResumedAsync(operation);

        static async Task<bool> ResumedAsync(Func<Task> operation)
        {
            await operation();
            return LoopEngine.IsLoop;
        }
    }

    private sealed class Watched(IDuplexPipe inner) : IDuplexPipe
    {
        public int Uses { get; private set; }

        public int UsesOnLoop { get; private set; }

        public PipeReader Input => Use(inner.Input);

        public PipeWriter Output => Use(inner.Output);

        private T Use<T>(T part)
        {
            Uses++;
            UsesOnLoop += LoopEngine.IsLoop ? 1 : 0;
            return part;
        }
    }
}
