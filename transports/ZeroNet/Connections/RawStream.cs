using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A connection's bytes as a stream, for TLS to run over. It owns nothing, and ends nothing.</summary>
/// <param name="connection">The connection. What was read of its input and not consumed comes first.</param>
internal sealed class RawStream(ConnectionContext connection) : AsyncStream
{
    private readonly IDuplexPipe _transport = connection.Transport;
    private volatile bool _hasEnded;

    /// <summary>Whether the end of what the other side sends was read, which TLS alone hides: it reads nothing after an end of its own.</summary>
    public bool HasEnded => _hasEnded;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ReadResult read = await ReceiveAsync(cancellationToken);
            int length = (int)Math.Min(read.Buffer.Length, buffer.Length);
            read.Buffer.Slice(0, length).CopyTo(buffer.Span);
            bool isOver = read.Buffer.IsEmpty && read.IsCompleted;
            bool isThere = !read.Buffer.IsEmpty;
            _transport.Input.AdvanceTo(read.Buffer.GetPosition(length));
            if (isThere || isOver)
            {
                _hasEnded |= isOver && !buffer.IsEmpty;
                return length;
            }
        }
    }

    /// <summary>Writes, and sends what was written. A write that is given up drops the connection.</summary>
    /// <exception cref="ConnectionResetException">The other side takes no more.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Not with the token: where a pipe's writer sees it cancelled just after the write, the next one sends nothing, and says so only aside.
        Task<FlushResult> write = SendAsync(buffer);
        try
        {
            await write.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !write.IsCompleted)
        {
            connection.Abort(new ConnectionAbortedException("A write was given up when it had begun."));
            throw;
        }
        catch (OperationCanceledException) when (write.IsCompletedSuccessfully)
        {
            // It was given up when all was sent.
        }

        if ((await write).IsCompleted)
        {
            throw new ConnectionResetException("The other side takes no more bytes.");
        }
    }

    // A pipe that this side has completed meanwhile says that its user is at fault; here it is a connection that has ended.
    private async Task<FlushResult> SendAsync(ReadOnlyMemory<byte> buffer)
    {
        try
        {
            return await _transport.Output.WriteAsync(buffer, CancellationToken.None);
        }
        catch (InvalidOperationException e)
        {
            throw Closed(e);
        }
    }

    private async ValueTask<ReadResult> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _transport.Input.ReadAsync(cancellationToken);
        }
        catch (InvalidOperationException e)
        {
            throw Closed(e);
        }
    }

    private static ConnectionResetException Closed(InvalidOperationException cause) => new("The connection was closed on this side.", cause);
}
