using Nerdbank.Streams;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// The bytes between a <see cref="MultiplexingStream"/> and a connection, for what that class leaves open towards a hostile other side. It reads frames of any length, keeps offered streams until
/// the other side has done with them, and queues answers without end where nobody reads them; and it does not tell whether a stream ended in good order or broke.
/// </summary>
/// <param name="inner">The connection, which is owned.</param>
/// <param name="mostOffered">How many streams the other side may have offered and not ended.</param>
/// <param name="clock">The clock.</param>
internal sealed class SharedTunnelGuard(PeerStream inner, int mostOffered, TimeProvider clock) : AsyncStream
{
    // The other side always reads: what its streams do not is bounded by their windows.
    private static readonly TimeSpan WriteTime = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<(ulong Stream, bool IsOurs), SharedStreamState> _streams = [];
    private readonly SharedFrameParser _received = new();
    private readonly SharedFrameParser _sent = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private int _offered;
    private bool _isOutputEnded;
    private int _isDisposed;

    /// <summary>What was said of a stream on the wire; of one that was gone before anybody had it, that it broke.</summary>
    /// <param name="channel">Its channel.</param>
    public SharedStreamState StateOf(MultiplexingStream.QualifiedChannelId channel)
    {
        lock (_gate)
        {
            if (_streams.TryGetValue((channel.Id, channel.Source == MultiplexingStream.ChannelSource.Local), out SharedStreamState? state))
            {
                return state;
            }
        }

        var broken = new SharedStreamState();
        broken.SetGone();
        return broken;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The other side breaks the protocol, or its limits.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken);
        if (!Judge(buffer.Span[..read]))
        {
            throw new IOException("The other gateway breaks the protocol of shared connections.");
        }

        return read;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The other side does not read.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            // What is said after the end is of streams that are over.
            if (_isOutputEnded)
            {
                return;
            }

            (ReadOnlyMemory<byte> bytes, List<SharedFrame> frames) = Examine(buffer);
            using CancellationTokenSource timeout = Deadline.After(WriteTime, clock).CreateLinkedSource(cancellationToken);
            await inner.WriteAsync(bytes, timeout.Token);
            frames.ForEach(OnSent);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // A write that was late before it had begun has dropped nothing yet, and whoever writes may tell nobody that it failed.
            inner.Abort("The other gateway does not read.");
            throw new IOException("The other gateway does not read.", e);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Ends this side's direction in good order, behind all that was written. Reading goes on.</summary>
    public async ValueTask EndAsync()
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            _isOutputEnded = true;
            await inner.EndAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await inner.DisposeAsync();
            SharedStreamState[] left;
            lock (_gate)
            {
                left = [.. _streams.Values];
                _streams.Clear();
            }

            Array.ForEach(left, static state => state.SetGone());
        }

        await base.DisposeAsync();
    }

    /// <summary>Does not wait: the multiplexing stream closes its streams this way.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Volatile.Read(ref _isDisposed) == 0)
        {
            _ = DisposeAsync().AsTask();
        }

        base.Dispose(disposing);
    }

    private bool Judge(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            while (_received.Next(ref bytes) is { } frame)
            {
                if (!OnReceived(frame))
                {
                    return false;
                }
            }
        }

        return !_received.IsBroken;
    }

    private bool OnReceived(SharedFrame frame)
    {
        (ulong, bool) key = (frame.Stream, frame.Source < 0);
        SharedStreamState? state = _streams.GetValueOrDefault(key);
        switch (frame.Code)
        {
            case SharedFrame.Offer:
                _streams.TryAdd(key, new SharedStreamState());
                return state is null && frame.Source > 0 && ++_offered <= mostOffered;
            case SharedFrame.WritingCompleted when state is not null:
                state.IsEnded = true;
                return true;
            case SharedFrame.Terminated when state is not null:
                state.IsTerminatedThere = true;
                RemoveIfOver(key, state);
                return true;
            case SharedFrame.WindowGrowthRequest when state is not null:
                // Each is answered, and the next one comes after the answer.
                bool isEarly = state.AsksForGrowth;
                state.AsksForGrowth = true;
                return !isEarly;
            default:
                return true;
        }
    }

    // Frames are written whole. Those that end a stream in good order which was dropped are left out: its channel makes no difference between the two.
    private (ReadOnlyMemory<byte> Bytes, List<SharedFrame> Frames) Examine(ReadOnlyMemory<byte> buffer)
    {
        List<SharedFrame> frames = [];
        byte[]? kept = null;
        int length = 0;
        int from = 0;
        lock (_gate)
        {
            ReadOnlySpan<byte> rest = buffer.Span;
            while (_sent.Next(ref rest) is { } frame)
            {
                int to = buffer.Length - rest.Length;
                (ulong, bool) key = (frame.Stream, frame.Source > 0);
                if (frame.Code == SharedFrame.Offer)
                {
                    _streams.TryAdd(key, new SharedStreamState());
                }
                else if (frame.Code == SharedFrame.WindowAdjust && _streams.TryGetValue(key, out SharedStreamState? answered))
                {
                    // Before it is written: the next request may be here before the write has returned.
                    answered.AsksForGrowth = false;
                }
                else if (frame.Code == SharedFrame.WritingCompleted && _streams.TryGetValue(key, out SharedStreamState? state) && state.IsAborted)
                {
                    int size = SizeOf(frame);
                    kept ??= new byte[buffer.Length];
                    buffer.Span[from..(to - size)].CopyTo(kept.AsSpan(length));
                    length += to - size - from;
                    from = to;
                }

                frames.Add(frame);
            }
        }

        if (kept is null)
        {
            return (buffer, frames);
        }

        buffer.Span[from..].CopyTo(kept.AsSpan(length));
        return (kept.AsMemory(0, length + buffer.Length - from), frames);
    }

    // Of a frame without a payload: an array, a code, the number in its shortest form, and a source.
    private static int SizeOf(SharedFrame frame) => 3 + frame.Stream switch
    {
        <= 0x7f => 1,
        <= byte.MaxValue => 2,
        <= ushort.MaxValue => 3,
        <= uint.MaxValue => 5,
        _ => 9,
    };

    private void OnSent(SharedFrame frame)
    {
        (ulong, bool) key = (frame.Stream, frame.Source > 0);
        lock (_gate)
        {
            if (frame.Code == SharedFrame.Terminated && _streams.TryGetValue(key, out SharedStreamState? state))
            {
                state.IsTerminatedHere = true;
                RemoveIfOver(key, state);
            }
        }
    }

    private void RemoveIfOver((ulong Stream, bool IsOurs) key, SharedStreamState state)
    {
        if (state.IsTerminatedHere && state.IsTerminatedThere)
        {
            _streams.Remove(key);
            _offered -= key.IsOurs ? 0 : 1;
            state.SetGone();
        }
    }
}
