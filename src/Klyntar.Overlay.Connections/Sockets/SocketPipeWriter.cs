using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Connections;

/// <summary>The writing end over a socket: completing it flushes and sends FIN; completing it with an exception aborts.</summary>
internal sealed class SocketPipeWriter(PipeWriter inner, SocketConnection connection) : PipeWriter
{
    private readonly Lock _gate = new();
    private Task? _completion;

    /// <summary>Whether it was completed; what was written may still be on its way.</summary>
    public bool IsCompleted => Volatile.Read(ref _completion) is not null;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override void Advance(int bytes) => inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(source, cancellationToken);

    /// <summary>Does not wait: a flush goes on behind, and disposing the connection waits for it.</summary>
    public override void Complete(Exception? exception = null) => _ = CompleteOnceAsync(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => new(CompleteOnceAsync(exception));

    private Task CompleteOnceAsync(Exception? exception)
    {
        lock (_gate)
        {
            return _completion ??= FinishAsync(exception);
        }
    }

    /// <summary>Never throws: the connection keeps the cause.</summary>
    private async Task FinishAsync(Exception? exception)
    {
        if (exception is not null)
        {
            connection.Abort(exception as ConnectionAbortedException ?? new ConnectionAbortedException("Output was completed with an exception.", exception));
        }

        try
        {
            await inner.CompleteAsync(exception);
            if (exception is null)
            {
                connection.EndOutput();
            }
        }
        catch (Exception e)
        {
            _ = connection.Keep(e);
        }
    }
}
