using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The reading end of a tunnel, which tells the connection how it ended.</summary>
internal sealed class TunnelPipeReader(PipeReader inner, TunnelConnection connection) : PipeReader
{
    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (connection.Cause is { } cause)
        {
            throw cause;
        }

        try
        {
            return Note(await inner.ReadAsync(cancellationToken));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw connection.Keep(e);
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        bool isRead = inner.TryRead(out result);
        _ = Note(result);
        return isRead;
    }

    // A tunnel that this side has dropped ends for the reader as well, and not in good order.
    private ReadResult Note(ReadResult result)
    {
        if (result.IsCompleted)
        {
            if (connection.Cause is { } cause && result.Buffer.IsEmpty)
            {
                throw cause;
            }

            if (!connection.IsEndMeant)
            {
                throw connection.Keep(new ConnectionResetException("The stream was cut."));
            }

            connection.OnInputEnded();
        }

        return result;
    }
}
