using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The writing end of a tunnel: completing it flushes and ends this direction; completing it with an exception aborts.</summary>
internal sealed class TunnelPipeWriter(PipeWriter inner, TunnelConnection connection) : PipeWriter
{
    private readonly Lock _gate = new();
    private Task? _completion;
    private volatile bool _isFlushing;

    /// <summary>Whether somebody is writing at this moment who has not said that it was all.</summary>
    public bool IsWriting => _isFlushing && Volatile.Read(ref _completion) is null;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override void Advance(int bytes) => inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => WriteAsync(default, cancellationToken);

    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (connection.Cause is { } cause)
        {
            throw cause;
        }

        _isFlushing = true;
        try
        {
            return source.IsEmpty ? await inner.FlushAsync(cancellationToken) : await inner.WriteAsync(source, cancellationToken);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw connection.Keep(e);
        }
        catch (OperationCanceledException e)
        {
            // How much was sent is unknown. Going on would send bytes twice or not at all.
            connection.Abort(new ConnectionAbortedException("A write was cancelled when it had begun.", e));
            throw;
        }
        finally
        {
            _isFlushing = false;
        }
    }

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
            if (connection.Cause is null)
            {
                await inner.FlushAsync();
                await connection.EndOutputAsync();
            }

            await inner.CompleteAsync(connection.Cause);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            connection.Keep(e);
        }
    }
}
