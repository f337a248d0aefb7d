using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>How bytes and ends pass through a <see cref="SocketConnection"/> over an engine's socket.</summary>
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
        (await connection.Transport.Input.ReadAllAsync().Within()).Should().Equal("answer"u8.ToArray());
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
        Task<byte[]> atPipe = connection.Transport.Input.ReadAllAsync();
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
        (await connection.Transport.Input.ReadAllAsync().Within()).Should().Equal("before after"u8.ToArray());
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
        (await connection.Transport.Input.ReadAllAsync().Within()).Should().Equal("whole"u8.ToArray());
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
}
