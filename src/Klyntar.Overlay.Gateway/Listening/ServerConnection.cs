using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Gateway;

/// <summary>
/// A connection as a server such as Kestrel wants it. It is read ahead of the server, so that the other side's leaving cancels
/// <c>ConnectionClosed</c> though nobody reads; how far ahead is bounded.
/// </summary>
/// <remarks>The server disposes it when it has done; whoever made it then ends it, by <see cref="EndAsync"/>. It tells nothing of either side's address.</remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing, and may be cancelled late.")]
internal sealed class ServerConnection : DefaultConnectionContext
{
    // As far ahead as Kestrel's own transport reads, in whose place this is.
    private static readonly PipeOptions ReadAhead = new(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024, useSynchronizationContext: false);

    private readonly ConnectionContext _inner;
    private readonly Pipe _received = new(ReadAhead);
    private readonly ServerPipeWriter _output;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private long _bytesReceived;

    /// <summary>Makes it, and begins to read.</summary>
    /// <param name="inner">The connection, owned from here on.</param>
    /// <param name="halfCloses">Whether one direction of it can end alone.</param>
    public ServerConnection(ConnectionContext inner, bool halfCloses)
        : base(inner.ConnectionId)
    {
        _inner = inner;
        _output = new ServerPipeWriter(inner.Transport.Output, halfCloses, OnClosed);
        Transport = new Duplex(_received.Reader, _output);
        ConnectionClosed = _closed.Token;
        _reading = ReadAheadAsync();
    }

    /// <summary>How many bytes came from the other side.</summary>
    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    /// <summary>How many bytes were written for the other side.</summary>
    public long BytesSent => _output.Bytes;

    /// <summary>Drops both directions at once, as far as what is underneath can.</summary>
    public override void Abort(ConnectionAbortedException? abortReason)
    {
        // Kestrel gives no reason where the other side has ended first.
        _inner.Abort(abortReason ?? new ConnectionAbortedException("The other side has left."));
        OnClosed();
    }

    /// <summary>The server has done: what it wrote is sent.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _output.CompleteAsync();
        await _received.Reader.CompleteAsync();
        _released.TrySetResult();
        await base.DisposeAsync();
    }

    /// <summary>Waits for the server, and ends the connection in such a way that the end does not overtake the answer.</summary>
    /// <param name="holdBack">How long the other side has for ending first. Ending at once would drop what tor has not yet passed on when it is about to end itself, and resets a TCP connection with bytes left unread.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="cutShort">Drops the connection, whatever the server does.</param>
    public async Task EndAsync(TimeSpan holdBack, TimeProvider clock, CancellationToken cutShort)
    {
        await _released.Task.WaitAsync(cutShort).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ((Task)_reading.WaitAsync(holdBack, clock, cutShort)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cutShort.IsCancellationRequested)
        {
            Abort(new ConnectionAbortedException("The gateway is stopping."));
        }

        // Whoever disposes a connection must not be reading it.
        _inner.Transport.Input.CancelPendingRead();
        _received.Writer.CancelPendingFlush();
        await _reading;
        await _inner.DisposeAsync();
    }

    private async Task ReadAheadAsync()
    {
        PipeReader from = _inner.Transport.Input;
        PipeWriter to = _received.Writer;
        Exception? fault = null;
        bool isWanted = true;
        try
        {
            while (true)
            {
                ReadResult read = await from.ReadAsync();
                _bytesReceived += read.Buffer.Length;
                foreach (ReadOnlyMemory<byte> piece in isWanted ? read.Buffer : ReadOnlySequence<byte>.Empty)
                {
                    to.Write(piece.Span);
                }

                from.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    break;
                }

                // Once the server wants no more, the rest is read all the same: the other side's end is behind it.
                FlushResult flush = isWanted ? await to.FlushAsync() : default;
                isWanted = isWanted && !flush.IsCompleted;
                if (flush.IsCanceled)
                {
                    break;
                }
            }
        }
        catch (Exception e)
        {
            // The server's to see, when it reads.
            fault = e;
        }

        await to.CompleteAsync(fault);
        OnClosed();
    }

    // What a server registered runs in the thread pool. A fault of its is its own.
    private void OnClosed()
    {
        if (!_closed.IsCancellationRequested)
        {
            _ = _closed.CancelAsync();
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
