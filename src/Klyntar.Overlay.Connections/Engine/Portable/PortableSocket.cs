using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>A connected socket of System.Net.Sockets.</summary>
internal sealed class PortableSocket(PortableSocketEngine engine, Socket socket) : EngineSocket
{
    // Set before FIN is sent: see WasReset.
    private volatile bool _finSent;
    private volatile bool _closed;

    // Boxed, so that it is whole for whoever reads it meanwhile.
    private object? _remembered;

    public override SocketEngine Engine => engine;

    public override EndPoint? LocalEndPoint => OrNull(static s => s.LocalEndPoint);

    public override EndPoint? RemoteEndPoint => OrNull(static s => s.RemoteEndPoint);

    public override uint? PeerUserId => OrNull(static s => PeerCredentials.UserId(s), out uint? uid) ? uid : null;

    public override SocketTraffic? Traffic => OperatingSystem.IsLinux() && socket.ProtocolType == ProtocolType.Tcp
        ? OrNull(static s => TcpState.TrafficOnLinux(s.GetRawSocketOption), out SocketTraffic? traffic) ? traffic : (SocketTraffic?)Volatile.Read(ref _remembered)
        : null;

    public override bool RemembersTraffic { get; set; }

    /// <summary>The socket itself, for tests of what was set on it.</summary>
    internal Socket Inner => socket;

    public override ValueTask WaitReadableAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<int> receive = Receive(Memory<byte>.Empty, cancellationToken);
        if (!receive.IsCompletedSuccessfully)
        {
            return WithoutResult(receive);
        }

        _ = receive.Result;
        return ValueTask.CompletedTask;

        static async ValueTask WithoutResult(ValueTask<int> receive) => await receive;
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            throw new ArgumentException("The buffer is empty: use WaitReadableAsync to wait without one.", nameof(buffer));
        }

        return Receive(buffer, cancellationToken);
    }

    public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return ValueTask.CompletedTask;
        }

        ValueTask<int> send;
        try
        {
            send = socket.SendAsync(buffer, SocketFlags.None, cancellationToken);
        }
        catch (ObjectDisposedException)
        {
            return ValueTask.FromException(Closed());
        }

        if (!send.IsCompletedSuccessfully)
        {
            return FinishSendAsync(send, buffer, cancellationToken);
        }

        int sent = send.Result;
        return sent == buffer.Length ? ValueTask.CompletedTask : SendAsync(buffer[sent..], cancellationToken);
    }

    public override void ShutdownSend()
    {
        if (!_finSent)
        {
            _finSent = true;
            Shutdown(SocketShutdown.Send);
        }
    }

    public override void AcknowledgeAtOnce()
    {
        if (OperatingSystem.IsLinux() && socket.ProtocolType == ProtocolType.Tcp)
        {
            try
            {
                socket.SetRawSocketOption(TcpState.LinuxLevel, Libc.TcpQuickAck, BitConverter.GetBytes(1));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Gone: whoever receives next learns why.
            }
        }
    }

    public override void Abort()
    {
        Remember();
        _closed = true;
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Gone already; closing is all that is left.
        }

        socket.Dispose();
    }

    public override void Dispose()
    {
        Remember();
        _closed = true;

        // System.Net.Sockets turns closing into a reset when an operation is under way, unless this direction was shut down.
        ShutdownSend();
        socket.Dispose();
    }

    internal override void StopReceiving()
    {
        if (OperatingSystem.IsWindows())
        {
            // SD_RECEIVE does not wake a receiver there.
            Dispose();
        }
        else
        {
            Shutdown(SocketShutdown.Receive);
        }
    }

    internal override bool WasReset()
    {
        // Once this side has sent FIN, an end closes the connection too; and nobody sends then, who could have been told instead.
        // The state comes first: FIN may be sent at this moment.
        return OrNull(static s => TcpState.IsClosed(s), out bool closed) && closed && !_finSent;
    }

    private void Remember()
    {
        if (RemembersTraffic)
        {
            Volatile.Write(ref _remembered, Traffic);
        }
    }

    private static SocketException Closed() => new((int)SocketError.OperationAborted);

    private ValueTask<int> Receive(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
        }
        catch (ObjectDisposedException)
        {
            return ValueTask.FromException<int>(Closed());
        }
    }

    private async ValueTask FinishSendAsync(ValueTask<int> send, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        int sent;
        try
        {
            sent = await send;
        }
        catch (SocketException) when (_closed)
        {
            // Shutting down, which comes before closing, wakes a sender first.
            throw Closed();
        }

        if (sent < buffer.Length)
        {
            await SendAsync(buffer[sent..], cancellationToken);
        }
    }

    private void Shutdown(SocketShutdown how)
    {
        try
        {
            socket.Shutdown(how);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Reset or closed: whoever receives or sends next learns why.
        }
    }

    private EndPoint? OrNull(Func<Socket, EndPoint?> read) => OrNull(read, out EndPoint? value) ? value : null;

    private bool OrNull<T>(Func<Socket, T?> read, out T? value)
    {
        try
        {
            value = read(socket);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            value = default;
            return false;
        }
    }
}
