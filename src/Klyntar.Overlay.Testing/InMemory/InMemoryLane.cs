using System.Buffers;
using System.IO.Pipelines;

namespace Klyntar.Overlay.Testing;

/// <summary>One direction of an in-memory link: moves what one side wrote to where the other reads it, with latency and faults.</summary>
internal sealed class InMemoryLane(PipeOptions options, StreamFault? fault, TimeSpan latency, TimeProvider clock)
{
    private readonly Pipe _written = new(options);
    private readonly Pipe _delivered = new(options);

    /// <summary>Where the sending side writes.</summary>
    public PipeWriter Output => _written.Writer;

    /// <summary>Where the receiving side reads.</summary>
    public PipeReader Input => _delivered.Reader;

    /// <summary>Moves bytes until the sender has ended its direction, the receiver reads no more, or a fault strikes.</summary>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public async Task<LaneEnd> MoveAsync(CancellationToken stop)
    {
        long moved = 0;
        while (true)
        {
            if (fault is not null && moved == fault.AfterBytes)
            {
                return await StrikeAsync(fault.Kind, stop).ConfigureAwait(false);
            }

            ReadResult read;
            try
            {
                read = await _written.Reader.ReadAsync(stop).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                // The sender completed its output with an exception.
                return LaneEnd.SenderFailed;
            }

            if (latency > TimeSpan.Zero)
            {
                await Task.Delay(latency, clock, stop).ConfigureAwait(false);
            }

            ReadOnlySequence<byte> bytes = read.Buffer;
            if (fault is not null)
            {
                bytes = bytes.Slice(0, Math.Min(bytes.Length, fault.AfterBytes - moved));
            }

            foreach (ReadOnlyMemory<byte> piece in bytes)
            {
                _delivered.Writer.Write(piece.Span);
            }

            moved += bytes.Length;
            bool isWhole = bytes.Length == read.Buffer.Length;
            _written.Reader.AdvanceTo(bytes.End);
            FlushResult flush = await _delivered.Writer.FlushAsync(stop).ConfigureAwait(false);
            if (flush.IsCompleted)
            {
                return LaneEnd.ReceiverGone;
            }

            if (read.IsCompleted && isWhole)
            {
                return LaneEnd.Fin;
            }
        }
    }

    /// <summary>Ends both pipes; an exception is what the side's next or present call throws.</summary>
    public void End(Exception? towardsSender, Exception? towardsReceiver)
    {
        _written.Reader.Complete(towardsSender);
        _delivered.Writer.Complete(towardsReceiver);
    }

    private static async Task<LaneEnd> StrikeAsync(StreamFaultKind kind, CancellationToken stop)
    {
        if (kind == StreamFaultKind.Stall)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ConfigureAwait(false);
        }

        return kind == StreamFaultKind.Truncate ? LaneEnd.Fin : LaneEnd.Broken;
    }
}

/// <summary>How a direction of a link ended.</summary>
internal enum LaneEnd
{
    /// <summary>The sender ended it, or it was truncated, and all that counts is delivered.</summary>
    Fin,

    /// <summary>The sender completed its output with an exception.</summary>
    SenderFailed,

    /// <summary>The receiver reads no more.</summary>
    ReceiverGone,

    /// <summary>It broke.</summary>
    Broken,
}
