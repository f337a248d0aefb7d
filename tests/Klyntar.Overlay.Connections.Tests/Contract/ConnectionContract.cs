using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>What a <see cref="SocketConnection"/> over an engine's socket does.</summary>
public abstract class ConnectionContract
{
    public static TheoryData<SocketKind> Kinds => new(SocketKind.Tcp, SocketKind.Unix);

    protected abstract SocketEngine Engine { get; }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Completing_Output_sends_FIN_and_the_answer_still_comes(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        await using SocketConnection connection = new(pair.Accepted);
        await connection.Transport.Output.WriteAsync("question"u8.ToArray());
        await connection.Transport.Output.CompleteAsync();
        (await pair.Connected.ReceiveAllAsync().Within()).Should().Equal("question"u8.ToArray());
        await pair.Connected.SendAsync("answer"u8.ToArray());
        pair.Connected.ShutdownSend();
        (await ReadAllAsync(connection.Transport.Input).Within()).Should().Equal("answer"u8.ToArray());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Input_completes_at_the_peers_FIN_and_Output_goes_on(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        await using SocketConnection connection = new(pair.Accepted);
        pair.Connected.ShutdownSend();
        ReadResult end = await connection.Transport.Input.ReadAsync().Within();
        end.IsCompleted.Should().BeTrue();
        end.Buffer.IsEmpty.Should().BeTrue();
        await connection.Transport.Output.WriteAsync("still"u8.ToArray());
        (await pair.Connected.ReceiveExactlyAsync(5).Within()).Should().Equal("still"u8.ToArray());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Completing_Input_closes_nothing(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        await using SocketConnection connection = new(pair.Accepted);
        await connection.Transport.Input.CompleteAsync();
        await connection.Transport.Output.WriteAsync("still"u8.ToArray());
        (await pair.Connected.ReceiveExactlyAsync(5).Within()).Should().Equal("still"u8.ToArray());
        await pair.Connected.SendAsync("taken by the kernel"u8.ToArray()).Within();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Much_data_passes_both_ways_through_the_pipe(SocketKind kind)
    {
        const int Length = 8 << 20;
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        await using SocketConnection connection = new(pair.Accepted);
        byte[] down = Bytes.Random(Length, 1);
        byte[] up = Bytes.Random(Length, 2);
        Task<byte[]> atPeer = pair.Connected.ReceiveAllAsync();
        Task<byte[]> atPipe = ReadAllAsync(connection.Transport.Input);
        Task sending = Task.Run(async () =>
        {
            await pair.Connected.SendAsync(up);
            pair.Connected.ShutdownSend();
        });
        await connection.Transport.Output.WriteAsync(down);
        await connection.Transport.Output.CompleteAsync();
        (await atPeer.Within()).AsSpan().SequenceEqual(down).Should().BeTrue();
        (await atPipe.Within()).AsSpan().SequenceEqual(up).Should().BeTrue();
        await sending.Within();
    }

    [Fact]
    public async Task Bytes_read_before_come_first()
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
        await using SocketConnection connection = new(pair.Accepted, "before "u8.ToArray());
        await pair.Connected.SendAsync("after"u8.ToArray());
        pair.Connected.ShutdownSend();
        (await ReadAllAsync(connection.Transport.Input).Within()).Should().Equal("before after"u8.ToArray());
    }

    [Fact]
    public async Task Aborting_sends_RST_and_reads_and_writes_throw_the_reason()
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
        await using SocketConnection connection = new(pair.Accepted);
        ValueTask<ReadResult> reading = connection.Transport.Input.ReadAsync();
        connection.Abort(new ConnectionAbortedException("first"));
        connection.Abort(new ConnectionAbortedException("second"));
        (await reading.AsTask().Invoking(t => t.Within()).Should().ThrowAsync<ConnectionAbortedException>()).WithMessage("first");
        (await connection.Transport.Output.Awaiting(o => o.WriteAsync(new byte[1]).Within()).Should().ThrowAsync<ConnectionAbortedException>()).WithMessage("first");
        (await pair.Connected.Awaiting(s => s.ReceiveAsync(new byte[1]).Within()).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
    }

    [Fact]
    public async Task A_reset_by_the_peer_is_kept_though_the_connection_is_aborted_later()
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
        await using SocketConnection connection = new(pair.Accepted);
        pair.Connected.Abort();
        await connection.Transport.Input.Awaiting(i => i.ReadAsync().Within()).Should().ThrowAsync<ConnectionResetException>();
        connection.Abort();
        await connection.Transport.Input.Awaiting(i => i.ReadAsync().Within()).Should().ThrowAsync<ConnectionResetException>();
        await connection.Transport.Output.Awaiting(o => o.WriteAsync(new byte[1]).Within()).Should().ThrowAsync<ConnectionResetException>();
        connection.Cause.Should().BeOfType<ConnectionResetException>();
    }

    [Fact]
    public async Task Completing_Output_with_an_exception_resets_rather_than_feign_a_good_end()
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
        await using SocketConnection connection = new(pair.Accepted);
        connection.Transport.Output.Write("half an answ"u8.ToArray());
        await connection.Transport.Output.CompleteAsync(new InvalidOperationException("broken"));
        await pair.Connected.Awaiting(s => s.ReceiveAllAsync().Within()).Should().ThrowAsync<SocketException>();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Disposing_sends_what_was_written_and_FIN(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        byte[] written = Bytes.Random(3 << 20);
        SocketConnection connection = new(pair.Accepted);
        connection.Transport.Output.Write(written);
        ValueTask disposing = connection.DisposeAsync();
        (await pair.Connected.ReceiveAllAsync().Within()).AsSpan().SequenceEqual(written).Should().BeTrue();
        await disposing.Within();
        await connection.DisposeAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Disposing_waits_for_what_Complete_left_to_be_sent(SocketKind kind)
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, kind);
        byte[] written = Bytes.Random(16 << 20);
        SocketConnection connection = new(pair.Accepted);
        connection.Transport.Output.Write(written);
        connection.Transport.Output.Complete();
        Task disposing = connection.DisposeAsync().AsTask();
        (await pair.Connected.ReceiveAllAsync().Within()).AsSpan().SequenceEqual(written).Should().BeTrue();
        await disposing.Within();
    }

    [Fact]
    public async Task Disposing_while_somebody_writes_resets()
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
        SocketConnection connection = new(pair.Accepted);
        Task<FlushResult> writing = connection.Transport.Output.WriteAsync(new byte[64 << 20]).AsTask();
        await pair.Connected.ReceiveExactlyAsync(100_000).Within();
        await connection.DisposeAsync().Within();
        await writing.Within().Invoking(t => t).Should().ThrowAsync<Exception>();
        await pair.Connected.Awaiting(s => s.ReceiveAllAsync().Within()).Should().ThrowAsync<SocketException>();
    }

    [Fact]
    public async Task Disposing_while_somebody_reads_ends_the_read_and_sends_FIN()
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
        SocketConnection connection = new(pair.Accepted);
        Task<ReadResult> reading = connection.Transport.Input.ReadAsync().AsTask();
        await connection.DisposeAsync().Within();
        await reading.Invoking(t => t.Within()).Should().ThrowAsync<ConnectionAbortedException>();
        (await pair.Connected.ReceiveAsync(new byte[1]).Within()).Should().Be(0);
    }

    [Fact]
    public async Task A_cancelled_read_loses_nothing()
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
        await using SocketConnection connection = new(pair.Accepted);
        Task<ReadResult> reading = connection.Transport.Input.ReadAsync().AsTask();
        connection.Transport.Input.CancelPendingRead();
        ReadResult cancelled = await reading.Within();
        cancelled.IsCanceled.Should().BeTrue();
        connection.Transport.Input.AdvanceTo(cancelled.Buffer.End);

        using CancellationTokenSource cancel = new();
        reading = connection.Transport.Input.ReadAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await reading.Invoking(t => t.Within()).Should().ThrowAsync<OperationCanceledException>();

        await pair.Connected.SendAsync("whole"u8.ToArray());
        pair.Connected.ShutdownSend();
        (await ReadAllAsync(connection.Transport.Input).Within()).Should().Equal("whole"u8.ToArray());
    }

    [Fact]
    public async Task A_write_cancelled_when_it_has_begun_aborts_since_nobody_knows_where_the_stream_stands()
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
        await using SocketConnection connection = new(pair.Accepted);
        using CancellationTokenSource cancel = new();
        Task<FlushResult> writing = connection.Transport.Output.WriteAsync(new byte[64 << 20], cancel.Token).AsTask();
        await pair.Connected.ReceiveExactlyAsync(1000).Within();
        await cancel.CancelAsync();
        await writing.Invoking(t => t.Within()).Should().ThrowAsync<OperationCanceledException>();
        connection.Cause.Should().BeOfType<ConnectionAbortedException>();
        await pair.Connected.Awaiting(s => s.ReceiveAllAsync().Within()).Should().ThrowAsync<SocketException>();
    }

    [Fact]
    public async Task The_socket_is_given_up_once_with_the_bytes_read_and_the_connection_then_closes_nothing()
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
        SocketConnection connection = new(pair.Accepted, "read"u8.ToArray());
        IEngineSocketFeature feature = connection.Features.Get<IEngineSocketFeature>()!;
        feature.TryTake(out EngineSocket? socket, out ReadOnlyMemory<byte> alreadyRead).Should().BeTrue();
        socket.Should().BeSameAs(pair.Accepted);
        alreadyRead.ToArray().Should().Equal("read"u8.ToArray());

        feature.TryTake(out EngineSocket? again, out _).Should().BeFalse();
        again.Should().BeNull();
        connection.Invoking(c => c.Transport).Should().Throw<InvalidOperationException>().WithMessage("*taken over*");
        connection.Abort();
        await connection.DisposeAsync();
        connection.ConnectionClosed.IsCancellationRequested.Should().BeTrue();

        await socket!.SendAsync("alive"u8.ToArray());
        (await pair.Connected.ReceiveExactlyAsync(5).Within()).Should().Equal("alive"u8.ToArray());
    }

    [Fact]
    public async Task The_socket_is_not_given_up_once_the_pipe_was_used_or_the_connection_disposed()
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
        SocketConnection used = new(pair.Accepted);
        _ = used.Transport;
        used.TryTake(out _, out _).Should().BeFalse();
        await used.DisposeAsync();

        SocketConnection disposed = new(pair.Connected);
        await disposed.DisposeAsync();
        disposed.TryTake(out _, out _).Should().BeFalse();
        disposed.Invoking(d => d.Transport).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public async Task ConnectionClosed_is_signalled_when_both_directions_have_ended_and_not_before()
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
        await using SocketConnection connection = new(pair.Accepted);
        Task closed = Signalled(connection.ConnectionClosed);
        pair.Connected.ShutdownSend();
        await ReadAllAsync(connection.Transport.Input).Within();
        closed.IsCompleted.Should().BeFalse();
        await connection.Transport.Output.CompleteAsync();
        await closed.Within();
    }

    [Fact]
    public async Task ConnectionClosed_is_signalled_on_abort_reset_and_dispose_also_to_who_asks_later()
    {
        foreach (Func<SocketPair, SocketConnection, Task> end in new Func<SocketPair, SocketConnection, Task>[]
        {
            (_, c) =>
            {
                c.Abort();
                return Task.CompletedTask;
            },
            (_, c) => c.DisposeAsync().AsTask(),
            async (p, c) =>
            {
                p.Connected.Abort();
                await c.Transport.Input.Awaiting(i => i.ReadAsync().Within()).Should().ThrowAsync<ConnectionResetException>();
            },
        })
        {
            using SocketPair early = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
            await using SocketConnection asked = new(early.Accepted);
            Task closed = Signalled(asked.ConnectionClosed);
            await end(early, asked);
            await closed.Within();

            using SocketPair late = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
            await using SocketConnection unasked = new(late.Accepted);
            await end(late, unasked);
            await Signalled(unasked.ConnectionClosed).Within();
        }
    }

    [Fact]
    public async Task It_is_a_connection_as_ASP_NET_knows_it()
    {
        using SocketPair pair = await SocketPair.CreateAsync(Engine, SocketKind.Tcp);
        await using SocketConnection connection = new(pair.Accepted);
        await using SocketConnection other = new(pair.Connected);
        connection.ConnectionId.Should().NotBeNullOrEmpty().And.Be(connection.ConnectionId).And.NotBe(other.ConnectionId);
        connection.LocalEndPoint.Should().Be(other.RemoteEndPoint).And.NotBeNull();
        connection.Features.Get<IConnectionIdFeature>()!.ConnectionId.Should().Be(connection.ConnectionId);
        connection.Features.Get<IConnectionTransportFeature>()!.Transport.Should().BeSameAs(connection.Transport);
        connection.Features.Get<IConnectionLifetimeFeature>()!.ConnectionClosed.Should().Be(connection.ConnectionClosed);
        connection.Features.Get<IConnectionEndPointFeature>()!.RemoteEndPoint.Should().Be(connection.RemoteEndPoint);
        connection.Items["key"] = "value";
        connection.Features.Get<IConnectionItemsFeature>()!.Items["key"].Should().Be("value");
        connection.Features.Should().HaveCount(6);

        connection.Features.Get<string>().Should().BeNull();
        connection.Features.Set("a feature of somebody's");
        connection.Features.Get<string>().Should().Be("a feature of somebody's");
        connection.Features.Set<IEngineSocketFeature>(null);
        connection.Features.Get<IEngineSocketFeature>().Should().BeNull();
        connection.Features.Revision.Should().Be(2);
        connection.Features.Should().HaveCount(6);

        IDuplexPipe mine = new DuplexPipe(connection.Transport.Input, connection.Transport.Output);
        connection.Transport = mine;
        connection.Transport.Should().BeSameAs(mine);
    }

    private static Task Signalled(CancellationToken token)
    {
        TaskCompletionSource signalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(signalled.SetResult);
        return signalled.Task;
    }

    private static async Task<byte[]> ReadAllAsync(PipeReader input)
    {
        ArrayBufferWriter<byte> all = new();
        while (true)
        {
            ReadResult read = await input.ReadAsync();
            foreach (ReadOnlyMemory<byte> part in read.Buffer)
            {
                all.Write(part.Span);
            }

            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return all.WrittenSpan.ToArray();
            }
        }
    }
}
