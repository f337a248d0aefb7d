using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>How a <see cref="SocketConnection"/> is handed over, closed and seen from ASP.NET.</summary>
public abstract class ConnectionLifeContract
{
    public static TheoryData<SocketKind> Kinds => new(SocketKind.Tcp, SocketKind.Unix);

    protected abstract SocketEngine Engine { get; }

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
        await connection.Transport.Input.ReadAllAsync().Within();
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
}
