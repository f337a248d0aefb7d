using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A connection's bytes as a stream, for TLS to run over. It owns nothing, and ends nothing.</summary>
/// <param name="transport">The connection's pipes. What was read of its input and not consumed comes first.</param>
internal sealed class RawStream(IDuplexPipe transport) : AsyncStream
{
    private volatile bool _hasEnded;

    /// <summary>Whether the end of what the other side sends was read, which TLS alone hides: it reads nothing after an end of its own.</summary>
    public bool HasEnded => _hasEnded;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ReadResult read = await transport.Input.ReadAsync(cancellationToken);
            int length = (int)Math.Min(read.Buffer.Length, buffer.Length);
            read.Buffer.Slice(0, length).CopyTo(buffer.Span);
            bool isOver = read.Buffer.IsEmpty && read.IsCompleted;
            bool isThere = !read.Buffer.IsEmpty;
            transport.Input.AdvanceTo(read.Buffer.GetPosition(length));
            if (isThere || isOver)
            {
                _hasEnded |= isOver && !buffer.IsEmpty;
                return length;
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ConnectionResetException">The other side takes no more.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        FlushResult flush = await transport.Output.WriteAsync(buffer, cancellationToken);
        if (flush.IsCompleted)
        {
            throw new ConnectionResetException("The other side takes no more bytes.");
        }
    }
}
