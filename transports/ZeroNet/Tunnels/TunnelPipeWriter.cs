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

    /// <summary>A write that is cancelled when it has begun drops the connection: how much was sent is unknown, and going on would send bytes twice or not at all.</summary>
    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (connection.Cause is { } cause)
        {
            throw cause;
        }

        cancellationToken.ThrowIfCancellationRequested();
        _isFlushing = true;
        try
        {
            // The token is not passed on: a pipe over a stream whose token is cancelled just after a write drops what is written next.
            await using (cancellationToken.UnsafeRegister(static (writer, _) => ((TunnelPipeWriter)writer!).Abort(), this))
            {
                return source.IsEmpty ? await inner.FlushAsync(CancellationToken.None) : await inner.WriteAsync(source, CancellationToken.None);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            Exception kept = connection.Keep(e);
            cancellationToken.ThrowIfCancellationRequested();
            throw kept;
        }
        finally
        {
            _isFlushing = false;
        }
    }

    /// <summary>Does not wait: a flush goes on behind, and disposing the connection waits for it.</summary>
    public override void Complete(Exception? exception = null) => _ = CompleteOnceAsync(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => new(CompleteOnceAsync(exception));

    private void Abort() => connection.Abort(new ConnectionAbortedException("A write was cancelled when it had begun."));

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
