using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// A peer's connection once it speaks the peers' protocol no more: its bytes from there on, decrypted, those first that had been received already.
/// Read and written at once, by one each. It owns the connection.
/// </summary>
/// <remarks>A read ends where the peer ended its direction in good order, and throws where the connection was cut. Ending one direction leaves the other as it is.</remarks>
/// <param name="channel">The connection.</param>
internal sealed class PeerStream(PeerChannel channel) : AsyncStream
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isEnded;
    private int _isDisposed;

    /// <summary>The SHA-256 of the accepting side's certificate (DER); null where the connection is not encrypted.</summary>
    public ReadOnlyMemory<byte>? Binding => channel.Binding;

    /// <summary>Done once the stream is disposed.</summary>
    public Task Closed => _closed.Task;

    /// <inheritdoc/>
    /// <exception cref="ConnectionResetException">The connection was cut.</exception>
    /// <exception cref="ConnectionAbortedException">It was aborted on this side.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ReadResult read;
            try
            {
                read = await channel.Input.ReadAsync(cancellationToken);
            }
            catch (IOException e) when (e is not ConnectionResetException)
            {
                throw Cut(e);
            }

            int length = (int)Math.Min(read.Buffer.Length, buffer.Length);
            read.Buffer.Slice(0, length).CopyTo(buffer.Span);
            bool isThere = !read.Buffer.IsEmpty;
            channel.Input.AdvanceTo(read.Buffer.GetPosition(length));
            if (isThere)
            {
                return length;
            }

            if (read.IsCompleted)
            {
                return channel.IsEndMeant ? 0 : throw Cut(null);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ConnectionResetException">The connection was cut.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await channel.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException e) when (e is not ConnectionResetException)
        {
            throw Cut(e);
        }
    }

    /// <summary>Ends this side's direction in good order; reading goes on. Not while a write is under way.</summary>
    /// <exception cref="ConnectionResetException">The connection was cut.</exception>
    public async ValueTask EndAsync()
    {
        try
        {
            await channel.EndAsync();
            _isEnded = true;
        }
        catch (IOException e) when (e is not ConnectionResetException)
        {
            throw Cut(e);
        }
    }

    /// <summary>Drops the connection: the other side's reads throw.</summary>
    /// <param name="reason">Why, for whoever reads or writes here.</param>
    public void Abort(string reason) => channel.Abort(reason);

    /// <summary>Closes the connection. One whose direction was not ended is dropped, so that what was written so far does not pass for all.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            if (!_isEnded)
            {
                Abort("The stream was disposed before it was ended.");
            }

            await channel.DisposeAsync();
            _closed.SetResult();
        }

        await base.DisposeAsync();
    }

    /// <summary>Does not wait.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Volatile.Read(ref _isDisposed) == 0)
        {
            _ = DisposeAsync().AsTask();
        }

        base.Dispose(disposing);
    }

    private static ConnectionResetException Cut(Exception? inner) => new("The connection was cut.", inner!);
}
