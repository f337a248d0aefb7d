using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Socks.Tests;

/// <summary>A socket in memory: the test feeds what arrives, piece by piece, and sees what is sent. Receiving before something is there is a fault: it would hold a buffer.</summary>
internal sealed class ScriptedSocket : EngineSocket
{
    private readonly Channel<byte[]> _arriving = Channel.CreateUnbounded<byte[]>();
    private readonly Lock _lock = new();
    private readonly List<byte> _sent = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _rest = [];
    private bool _isReset;

    public override SocketEngine Engine => throw new NotSupportedException();

    public override EndPoint? LocalEndPoint => null;

    public override EndPoint? RemoteEndPoint => null;

    public override uint? PeerUserId => null;

    public bool IsSendEnded { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>How many bytes were received.</summary>
    public int Received { get; private set; }

    /// <summary>How often something was sent.</summary>
    public int Sends { get; private set; }

    public byte[] Sent
    {
        get
        {
            lock (_lock)
            {
                return [.. _sent];
            }
        }
    }

    /// <summary>Lets bytes arrive.</summary>
    public ScriptedSocket Arrive(params ReadOnlySpan<byte> bytes)
    {
        _arriving.Writer.TryWrite(bytes.ToArray()).Should().BeTrue();
        return this;
    }

    /// <summary>Lets the other side's FIN arrive.</summary>
    public ScriptedSocket ArriveEnd()
    {
        _arriving.Writer.TryComplete();
        return this;
    }

    /// <summary>Lets the other side's RST arrive.</summary>
    public ScriptedSocket ArriveReset()
    {
        _isReset = true;
        _arriving.Writer.TryComplete();
        return this;
    }

    /// <summary>Waits until so many bytes were sent, and gives all.</summary>
    public async Task<byte[]> SentAsync(int count)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_sent.Count >= count)
                {
                    return [.. _sent];
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    public override async ValueTask WaitReadableAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_rest.Length == 0)
        {
            await _arriving.Reader.WaitToReadAsync(cancellationToken);
        }
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        buffer.IsEmpty.Should().BeFalse();
        if (_rest.Length == 0 && !_arriving.Reader.TryRead(out _rest!))
        {
            _rest = [];
            _arriving.Reader.Completion.IsCompleted.Should().BeTrue("nothing is received before it is there");
            return _isReset ? throw new SocketException((int)SocketError.ConnectionReset) : ValueTask.FromResult(0);
        }

        int count = Math.Min(buffer.Length, _rest.Length);
        _rest.AsSpan(0, count).CopyTo(buffer.Span);
        _rest = _rest[count..];
        Received += count;
        return ValueTask.FromResult(count);
    }

    public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_isReset)
        {
            throw new SocketException((int)SocketError.ConnectionReset);
        }

        IsSendEnded.Should().BeFalse();
        lock (_lock)
        {
            Sends++;
            _sent.AddRange(buffer.Span);
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return ValueTask.CompletedTask;
    }

    public override void ShutdownSend() => IsSendEnded = true;

    public override void Abort() => IsClosed = true;

    public override void Dispose() => IsClosed = true;

    internal override void StopReceiving() => throw new NotSupportedException();
}
