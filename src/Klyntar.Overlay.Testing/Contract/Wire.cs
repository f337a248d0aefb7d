using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Testing;

/// <summary>Both ends of one connection through an overlay.</summary>
internal sealed record Wire(ConnectionContext Dialled, Visitor Visitor) : IAsyncDisposable
{
    public ConnectionContext Accepted => Visitor.Connection;

    public async ValueTask DisposeAsync()
    {
        await Dialled.DisposeAsync().ConfigureAwait(false);
        await Accepted.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Pseudo-random bytes, the same for the same seed.</summary>
    public static byte[] Bytes(int seed, int count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Writes in pieces of many sizes.</summary>
    public static async Task WriteAsync(ConnectionContext to, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        for (int piece = 1; !bytes.IsEmpty; piece = (piece * 7 % 65_537) + 1)
        {
            int count = Math.Min(piece, bytes.Length);
            FlushResult flush = await to.Transport.Output.WriteAsync(bytes[..count], cancellationToken).ConfigureAwait(false);
            bytes = bytes[count..];
            if (flush.IsCompleted && !bytes.IsEmpty)
            {
                throw new IOException("The other side stopped reading.");
            }
        }
    }

    /// <summary>Reads exactly so many bytes.</summary>
    /// <exception cref="EndOfStreamException">The stream ended before.</exception>
    public static async Task<byte[]> ReadAsync(ConnectionContext from, int count, CancellationToken cancellationToken)
    {
        ReadResult read = await from.Transport.Input.ReadAtLeastAsync(count, cancellationToken).ConfigureAwait(false);
        if (read.Buffer.Length < count)
        {
            long length = read.Buffer.Length;
            from.Transport.Input.AdvanceTo(read.Buffer.End);
            throw new EndOfStreamException($"The stream ended after {length} of {count} bytes.");
        }

        ReadOnlySequence<byte> wanted = read.Buffer.Slice(0, count);
        byte[] bytes = wanted.ToArray();
        from.Transport.Input.AdvanceTo(wanted.End);
        return bytes;
    }

    /// <summary>Reads long streams without asking the pipe to hold them whole.</summary>
    public static async Task<byte[]> ReadLongAsync(ConnectionContext from, int count, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[count];
        for (int got = 0; got < count;)
        {
            ReadResult read = await from.Transport.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> wanted = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, count - got));
            wanted.CopyTo(bytes.AsSpan(got));
            got += (int)wanted.Length;
            from.Transport.Input.AdvanceTo(wanted.End);
            if (read.IsCompleted && got < count && wanted.Length == read.Buffer.Length)
            {
                throw new EndOfStreamException($"The stream ended after {got} of {count} bytes.");
            }
        }

        return bytes;
    }

    /// <summary>Reads until the stream ends, in whatever way.</summary>
    public static async Task<StreamEnd> ReadToEndAsync(ConnectionContext from, CancellationToken cancellationToken)
    {
        var bytes = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                ReadResult read = await from.Transport.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
                foreach (ReadOnlyMemory<byte> piece in read.Buffer)
                {
                    bytes.Write(piece.Span);
                }

                from.Transport.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return new StreamEnd(bytes.WrittenMemory, null);
                }
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new StreamEnd(bytes.WrittenMemory, e);
        }
    }

    /// <summary>Sends back whatever comes until it ends, then ends too.</summary>
    public static async Task EchoAsync(ConnectionContext connection, CancellationToken cancellationToken)
    {
        await connection.Transport.Input.CopyToAsync(connection.Transport.Output, cancellationToken).ConfigureAwait(false);
        await connection.Transport.Output.CompleteAsync().ConfigureAwait(false);
    }
}

/// <summary>What a stream carried, and the exception it ended with or null.</summary>
internal sealed record StreamEnd(ReadOnlyMemory<byte> Bytes, Exception? Failure);
