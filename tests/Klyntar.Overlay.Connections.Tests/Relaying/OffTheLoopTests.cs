using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>Plugin and ASP.NET code never runs on an engine's loop.</summary>
public sealed class OffTheLoopTests
{
    private readonly SocketEngine _engine = LinuxEngine.OrSkip();

    [Fact]
    public async Task The_sockets_own_operations_resume_on_the_loop()
    {
        await ThreadPoolHop.Instance;
        using SocketPair pair = await SocketPair.CreateAsync(_engine, SocketKind.Tcp);
        EngineSocket socket = OnLoop(pair.Accepted);
        Task<bool> resumesOnLoop = Off(async () => await socket.ReceiveAsync(new byte[1]));
        await pair.Connected.SendAsync("x"u8.ToArray());
        bool onLoop = await resumesOnLoop.Within();
        onLoop.Should().BeTrue("else the other tests here prove nothing");
    }

    [Fact]
    public async Task Who_reads_or_writes_a_pipe_resumes_off_the_loop()
    {
        await ThreadPoolHop.Instance;
        using SocketPair pair = await SocketPair.CreateAsync(_engine, SocketKind.Tcp);
        await using SocketConnection connection = new(OnLoop(pair.Accepted));
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
        using SocketPair pair = await SocketPair.CreateAsync(_engine, SocketKind.Tcp);
        await using MemoryConnection memory = new();
        Watched watched = new(memory.Transport);
        memory.Transport = watched;
        Task<RelayResult> relay = await LinuxEngine.LoopOrSkip().CallAsync(() =>
            Relay.RunAsync(new SocketConnection(OnLoop(pair.Accepted)), memory, new RelayOptions(), CancellationToken.None)).Within();
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
            using SocketPair one = await SocketPair.CreateAsync(_engine, SocketKind.Tcp);
            using SocketPair two = await SocketPair.CreateAsync(_engine, SocketKind.Tcp);
            bool? disposedOnLoop = null;
            await using MemoryConnection given = new() { OnDispose = () => disposedOnLoop ??= EpollLoop.IsCurrent };
            given.Features.Set<IEngineSocketFeature>(new SocketConnection(OnLoop(one.Accepted)));
            Task<RelayResult> relay = Relay.RunAsync(given, new SocketConnection(OnLoop(two.Accepted)), new RelayOptions(), CancellationToken.None);
            await one.Connected.SendAsync("x"u8.ToArray());
            (await two.Connected.ReceiveAsync(new byte[1]).Within()).Should().Be(1);
            two.Connected.ShutdownSend();
            one.Connected.ShutdownSend();
            (await relay.Within()).Cause.Should().Be(RelayEndCause.Finished);
            disposedOnLoop.Should().BeFalse();
        }
    }

    private static EngineSocket OnLoop(EngineSocket socket)
    {
        socket.ResumesOnLoop = true;
        return socket;
    }

    /// <summary>Begins an operation that waits, off the loop, and tells whether what follows it runs on the loop.</summary>
    private static Task<bool> Off(Func<Task> operation)
    {
        EpollLoop.IsCurrent.Should().BeFalse();
        return ResumedAsync(operation);

        static async Task<bool> ResumedAsync(Func<Task> operation)
        {
            await operation();
            return EpollLoop.IsCurrent;
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
            UsesOnLoop += EpollLoop.IsCurrent ? 1 : 0;
            return part;
        }
    }
}
