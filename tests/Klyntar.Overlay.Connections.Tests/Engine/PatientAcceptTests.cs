using System.Net.Sockets;
using System.Threading.Channels;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>Accepting when accept fails.</summary>
public sealed class PatientAcceptTests : IDisposable
{
    private readonly ObservedTime _time = new();
    private readonly Channel<object> _accepts = Channel.CreateUnbounded<object>();
    private readonly List<SocketError> _paused = [];
    private readonly PatientAccept<Socket> _accept;
    private int _calls;

    public PatientAcceptTests() =>
        _accept = new PatientAccept<Socket>(AcceptAsync, static s => s.SafeHandle.DangerousGetHandle(), e => _paused.Add(e.SocketErrorCode), _time);

    [Fact]
    public async Task A_lack_of_descriptors_is_waited_out_with_growing_pauses()
    {
        Task<Socket?> accepting = _accept.AcceptAsync(default).AsTask();
        foreach (int pause in new[] { 10, 20, 40, 80, 160, 320, 640, 1000, 1000 })
        {
            Fail(pause == 20 ? SocketError.NoBufferSpaceAvailable : SocketError.TooManyOpenSockets);
            await _time.TimerSetAsync();
            int calls = _calls;
            _time.Advance(TimeSpan.FromMilliseconds(pause - 1));
            _calls.Should().Be(calls, "the pause should be {0} ms", pause);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Eventually.TrueAsync(() => Volatile.Read(ref _calls) == calls + 1);
        }

        _accepts.Writer.TryWrite(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        using Socket? accepted = await accepting.Within();
        accepted.Should().NotBeNull();
        _paused.Should().HaveCount(9).And.Contain(SocketError.NoBufferSpaceAvailable);
        _time.LiveTimers.Should().Be(0);
    }

    [Fact]
    public async Task The_fault_of_a_connection_that_is_gone_costs_no_pause()
    {
        Task<Socket?> accepting = _accept.AcceptAsync(default).AsTask();
        Fail(SocketError.ConnectionAborted);
        Fail(SocketError.ConnectionReset);
        Fail(SocketError.Interrupted);
        _accepts.Writer.TryWrite(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        using Socket? accepted = await accepting.Within();
        accepted.Should().NotBeNull();
        _paused.Should().BeEmpty();
    }

    [Fact]
    public async Task A_flood_of_connections_that_are_gone_does_not_spin_for_ever()
    {
        Task<Socket?> accepting = _accept.AcceptAsync(default).AsTask();
        for (int i = 0; i <= 100; i++)
        {
            Fail(SocketError.ConnectionAborted);
        }

        await _time.TimerSetAsync();
        _paused.Should().ContainSingle();
        _accept.Dispose();
        (await accepting.Within()).Should().BeNull();
    }

    [Fact]
    public async Task Disposing_ends_a_pause()
    {
        Task<Socket?> accepting = _accept.AcceptAsync(default).AsTask();
        Fail(SocketError.TooManyOpenSockets);
        await _time.TimerSetAsync();
        _accept.Dispose();
        (await accepting.Within()).Should().BeNull();
        (await _accept.AcceptAsync(default).Within()).Should().BeNull();
    }

    [Fact]
    public async Task Cancelling_ends_a_pause()
    {
        using CancellationTokenSource cancel = new();
        Task<Socket?> accepting = _accept.AcceptAsync(cancel.Token).AsTask();
        Fail(SocketError.TooManyOpenSockets);
        await _time.TimerSetAsync();
        await cancel.CancelAsync();
        await accepting.Invoking(a => a.Within()).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_listener_that_is_unusable_says_so()
    {
        Fail(SocketError.InvalidArgument);
        (await _accept.Awaiting(a => a.AcceptAsync(default).Within()).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(SocketError.InvalidArgument);
    }

    public void Dispose() => _accept.Dispose();

    private void Fail(SocketError error) => _accepts.Writer.TryWrite(new SocketException((int)error));

    private async ValueTask<Socket> AcceptAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return await _accepts.Reader.ReadAsync(cancellationToken) switch
        {
            Socket socket => socket,
            object fault => throw (SocketException)fault,
        };
    }
}
