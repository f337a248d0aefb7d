using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Connections;

/// <summary>A connection used through its pipe.</summary>
/// <param name="given">The connection that the relay was given.</param>
/// <param name="used">The one whose pipe is used: the same, or one over the socket that the given one has given up.</param>
/// <param name="halfCloses">Whether it can be half-closed.</param>
internal sealed class PipeLeg(ConnectionContext given, ConnectionContext used, bool halfCloses) : RelayLeg(given, halfCloses)
{
    private volatile bool _aborted;
    private volatile bool _readingStopped;
    private Exception? _cause;

    public override void CopyTo(RelayLeg destination, ICopyProgress progress)
    {
        _ = RunAsync();

        async Task RunAsync() => progress.OnEnded(await CopyAsync((PipeLeg)destination, progress));
    }

    public override async ValueTask<Exception?> EndAsync()
    {
        try
        {
            await Transport.Output.CompleteAsync();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    public override void StopReading()
    {
        _readingStopped = true;
        Attempt(static c => c.Transport.Input.CancelPendingRead());
    }

    public override void Abort(Exception? cause)
    {
        _cause = cause;
        _aborted = true;
        ConnectionAbortedException reason = Reason(cause);
        Attempt(c => c.Abort(reason));
        Attempt(static c => c.Transport.Input.CancelPendingRead());
        Attempt(static c => c.Transport.Output.CancelPendingFlush());
    }

    public override async ValueTask<Exception?> CloseAsync()
    {
        Exception? fault = _aborted ? Reason(_cause) : null;
        Exception? failed = null;
        try
        {
            await Transport.Output.CompleteAsync(fault);
            await Transport.Input.CompleteAsync(fault);
        }
        catch (Exception e)
        {
            failed = e;
        }

        if (!ReferenceEquals(used, Given))
        {
            await used.DisposeAsync();
        }

        return await DisposeGivenAsync() ?? failed;
    }

    private static ConnectionAbortedException Reason(Exception? cause) => cause is null
        ? new("The gateway ended the relay.")
        : cause as ConnectionAbortedException ?? new("A connection of the relay failed.", cause);

    private IDuplexPipe Transport => used.Transport;

    private async ValueTask<CopyOutcome> CopyAsync(PipeLeg to, ICopyProgress progress)
    {
        PipeReader input;
        try
        {
            input = Transport.Input;
        }
        catch (Exception e)
        {
            return new CopyOutcome(CopyEnd.SourceFailed, e);
        }

        while (true)
        {
            ReadResult read;
            try
            {
                read = await input.ReadAsync();
            }
            catch (Exception e)
            {
                return Failed(CopyEnd.SourceFailed, e, to);
            }

            FlushResult flush = default;
            if (!read.Buffer.IsEmpty)
            {
                long length = read.Buffer.Length;
                progress.OnReceived(length);
                try
                {
                    flush = await WriteAsync(to.Transport.Output, read.Buffer);
                }
                catch (Exception e)
                {
                    return Failed(CopyEnd.DestinationFailed, e, to);
                }

                if (flush.IsCanceled && to._aborted)
                {
                    return CopyOutcome.Stopped;
                }

                progress.OnCopied(length);
            }

            try
            {
                input.AdvanceTo(read.Buffer.End);
            }
            catch (Exception e)
            {
                return Failed(CopyEnd.SourceFailed, e, to);
            }

            if (_aborted || to._aborted)
            {
                return CopyOutcome.Stopped;
            }

            if (read.IsCompleted || (read.IsCanceled && _readingStopped))
            {
                return CopyOutcome.Fin;
            }

            if (flush.IsCompleted)
            {
                return new CopyOutcome(CopyEnd.DestinationEnded, null);
            }
        }
    }

    private static async ValueTask<FlushResult> WriteAsync(PipeWriter output, ReadOnlySequence<byte> bytes)
    {
        FlushResult flush = default;
        foreach (ReadOnlyMemory<byte> segment in bytes)
        {
            flush = await output.WriteAsync(segment);
            if (flush.IsCompleted)
            {
                break;
            }
        }

        return flush;
    }

    private CopyOutcome Failed(CopyEnd end, Exception cause, PipeLeg to) =>
        _aborted || to._aborted ? CopyOutcome.Stopped : new CopyOutcome(end, cause);

    private void Attempt(Action<ConnectionContext> action)
    {
        try
        {
            action(used);
        }
        catch (Exception)
        {
            // The relay is ending because of another cause, which is kept; this connection will be disposed.
        }
    }
}
