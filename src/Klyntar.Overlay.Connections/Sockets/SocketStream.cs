using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Connections;

/// <summary>What the pipe ends read from and write to: the socket's operations, the bytes that come first, and the cause of an ending.</summary>
internal sealed class SocketStream(SocketConnection connection, EngineSocket socket, ReadOnlyMemory<byte> alreadyRead) : Stream
{
    // Whoever uses a pipe may block, so what an operation's end set going leaves the engine's loop here.
    private readonly bool _resumesOnLoop = socket.ResumesOnLoop;
    private ReadOnlyMemory<byte> _alreadyRead = alreadyRead;
    private volatile bool _reading;
    private volatile bool _writing;

    public bool IsReading => _reading;

    public bool IsWriting => _writing;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>An empty buffer waits until there is something to read.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (connection.Cause is { } cause)
        {
            throw cause;
        }

        if (!_alreadyRead.IsEmpty)
        {
            return ReadFirst(buffer);
        }

        int received = 0;
        Exception? fault = null;
        bool waited = false;
        _reading = true;
        try
        {
            if (buffer.IsEmpty)
            {
                ValueTask wait = socket.WaitReadableAsync(cancellationToken);
                waited = !wait.IsCompleted;
                await wait;
            }
            else
            {
                ValueTask<int> receive = socket.ReceiveAsync(buffer, cancellationToken);
                waited = !receive.IsCompleted;
                received = await receive;
                if (received == 0 && socket.WasReset())
                {
                    fault = connection.Keep(Translate(new SocketException((int)SocketError.ConnectionReset)));
                }
            }
        }
        catch (Exception e)
        {
            fault = e is OperationCanceledException ? e : connection.Keep(Translate(e));
        }

        _reading = false;
        if (waited && _resumesOnLoop)
        {
            await ThreadPoolHop.Instance;
        }

        if (fault is not null)
        {
            throw fault;
        }

        if (received == 0 && !buffer.IsEmpty)
        {
            connection.OnInputEnded();
        }

        return received;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (connection.Cause is { } cause)
        {
            throw cause;
        }

        cancellationToken.ThrowIfCancellationRequested();
        Exception? fault = null;
        bool waited = false;
        _writing = true;
        try
        {
            ValueTask send = socket.SendAsync(buffer, cancellationToken);
            waited = !send.IsCompleted;
            await send;
        }
        catch (OperationCanceledException e)
        {
            // How much was sent is unknown. Going on would send bytes twice or not at all.
            connection.Abort(new ConnectionAbortedException("A write was cancelled when it had begun.", e));
            fault = e;
        }
        catch (Exception e)
        {
            fault = connection.Keep(Translate(e));
        }

        _writing = false;
        if (waited && _resumesOnLoop)
        {
            await ThreadPoolHop.Instance;
        }

        if (fault is not null)
        {
            throw fault;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static Exception Translate(Exception fault) => fault switch
    {
        SocketException { SocketErrorCode: SocketError.OperationAborted } => new ConnectionAbortedException("The socket was closed on this side.", fault),
        SocketException s when SocketFaults.IsReset(s.SocketErrorCode) => new ConnectionResetException("The other side reset the connection.", s),
        _ => fault,
    };

    private int ReadFirst(Memory<byte> buffer)
    {
        int length = Math.Min(buffer.Length, _alreadyRead.Length);
        _alreadyRead[..length].CopyTo(buffer);
        _alreadyRead = length == _alreadyRead.Length ? default : _alreadyRead[length..];
        return length;
    }
}
