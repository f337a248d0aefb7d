using System.IO.Pipelines;

namespace Klyntar.Overlay.Gateway;

/// <summary>The writing end of a <see cref="ServerConnection"/>. A flush to a side that is gone completes, as Kestrel expects; it takes an exception for a bug.</summary>
/// <param name="inner">The connection's own.</param>
/// <param name="halfCloses">Whether completing ends this direction alone. Else it only flushes: the end is the connection's to send.</param>
/// <param name="broken">Told when the other side is gone.</param>
internal sealed class ServerPipeWriter(PipeWriter inner, bool halfCloses, Action broken) : PipeWriter
{
    private long _bytes;
    private volatile bool _isBroken;

    /// <summary>How many bytes were written.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        inner.Advance(bytes);
        _bytes += bytes;
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        _isBroken ? Gone() : SeeAsync(inner.FlushAsync(cancellationToken), cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (_isBroken)
        {
            return Gone();
        }

        _bytes += source.Length;
        return SeeAsync(inner.WriteAsync(source, cancellationToken), cancellationToken);
    }

    /// <summary>Does not wait: what was written goes on behind, and disposing the connection waits for it.</summary>
    public override void Complete(Exception? exception = null) => _ = CompleteAsync(exception).AsTask();

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (exception is null && !halfCloses)
        {
            await FlushAsync();
            return;
        }

        try
        {
            await inner.CompleteAsync(exception);
        }
        catch (Exception)
        {
            Break();
        }
    }

    private static ValueTask<FlushResult> Gone() => new(new FlushResult(isCanceled: false, isCompleted: true));

    private ValueTask<FlushResult> SeeAsync(ValueTask<FlushResult> flush, CancellationToken cancellationToken)
    {
        return flush.IsCompletedSuccessfully ? flush : AwaitAsync();

        async ValueTask<FlushResult> AwaitAsync()
        {
            try
            {
                return await flush;
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                Break();
                return new FlushResult(isCanceled: false, isCompleted: true);
            }
        }
    }

    private void Break()
    {
        _isBroken = true;
        broken();
    }
}
