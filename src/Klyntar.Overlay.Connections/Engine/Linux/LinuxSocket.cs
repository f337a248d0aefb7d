using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>A connected socket of the Linux engine. Its own calls return a count, or the negative error of <see cref="Errno"/>.</summary>
internal sealed class LinuxSocket : EngineSocket
{
    // struct sockaddr_storage.
    private const int MaxAddress = 128;

    private static readonly IPEndPoint AnyV4 = new(IPAddress.Any, 0);
    private static readonly IPEndPoint AnyV6 = new(IPAddress.IPv6Any, 0);

    private readonly LinuxSocketEngine _engine;

    // Makes end points of the kernel's addresses: one of the same family.
    private readonly EndPoint _family;

    // Set before FIN is sent: see WasReset.
    private volatile bool _finSent;

    // Boxed, so that it is whole for whoever reads it meanwhile.
    private object? _remembered;

    /// <summary>Takes over a descriptor that does not block.</summary>
    public LinuxSocket(LinuxSocketEngine engine, int number, EndPoint family)
    {
        _engine = engine;
        _family = family.AddressFamily switch
        {
            AddressFamily.InterNetwork => AnyV4,
            AddressFamily.InterNetworkV6 => AnyV6,
            _ => family,
        };
        Descriptor = new Descriptor(engine.Loop, number);
    }

    public Descriptor Descriptor { get; }

    public EpollLoop Loop => _engine.Loop;

    /// <summary>Whether nothing is left that was not told of by an edge which is still to come, or was kept. For whoever receives.</summary>
    public bool IsDrained { get; private set; }

    public bool IsTcp => _family.AddressFamily != AddressFamily.Unix;

    public override SocketEngine Engine => _engine;

    public override bool ResumesOnLoop { get; set; }

    public override EndPoint? LocalEndPoint => ReadName(ofPeer: false);

    public override EndPoint? RemoteEndPoint => ReadName(ofPeer: true);

    public override uint? PeerUserId => !IsTcp ? PeerCredentials.UserIdOnLinux(ReadOption) : null;

    public override SocketTraffic? Traffic => (IsTcp ? TcpState.TrafficOnLinux(ReadOption) : null) ?? (SocketTraffic?)Volatile.Read(ref _remembered);

    public override bool RemembersTraffic { get; set; }

    public override ValueTask WaitReadableAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        // A descriptor that is not watched yet is told of what is so already.
        int result = IsDrained || !Descriptor.IsInputWatched ? -Errno.Again : Peek();
        if (result != -Errno.Again)
        {
            return result >= 0 ? ValueTask.CompletedTask : ValueTask.FromException(Errno.ToException(-result));
        }

        // The wait may take the edge and its caller then not receive, as where it is cancelled just then.
        IsDrained = false;

        // On the loop nobody receives between the kernel's word and the waiter's turn. An edge from before may tell of what was received since.
        ValueTask wait = Descriptor.Input.WaitAsync(ResumesOnLoop, cancellationToken);
        return ResumesOnLoop && !wait.IsCompleted ? wait : LookAsync(wait, cancellationToken);

        async ValueTask LookAsync(ValueTask wait, CancellationToken cancellationToken)
        {
            await wait;
            int result;
            while ((result = Peek()) == -Errno.Again)
            {
                await Descriptor.Input.WaitAsync(ResumesOnLoop, cancellationToken);
            }

            Check(result);
        }
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            throw new ArgumentException("The buffer is empty: use WaitReadableAsync to wait without one.", nameof(buffer));
        }

        int result = cancellationToken.IsCancellationRequested ? -Errno.Again : Receive(buffer.Span);
        return result >= 0 ? new ValueTask<int>(result)
            : result == -Errno.Again ? WaitAsync(buffer, cancellationToken)
            : ValueTask.FromException<int>(Errno.ToException(-result));

        async ValueTask<int> WaitAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int result;
            do
            {
                await Descriptor.Input.WaitAsync(ResumesOnLoop, cancellationToken);
                result = Receive(buffer.Span);
            }
            while (result == -Errno.Again);

            return Check(result);
        }
    }

    public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return ValueTask.CompletedTask;
        }

        int result = cancellationToken.IsCancellationRequested ? -Errno.Again : Send(buffer.Span);
        return result == buffer.Length ? ValueTask.CompletedTask
            : result >= 0 || result == -Errno.Again ? WaitAsync(result > 0 ? buffer[result..] : buffer, cancellationToken)
            : ValueTask.FromException(Errno.ToException(-result));

        async ValueTask WaitAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            while (true)
            {
                int result = Send(buffer.Span);
                if (result == -Errno.Again)
                {
                    await Descriptor.Output.WaitAsync(ResumesOnLoop, cancellationToken);
                    continue;
                }

                buffer = buffer[Check(result)..];
                if (buffer.IsEmpty)
                {
                    return;
                }
            }
        }
    }

    public override void ShutdownSend()
    {
        if (!_finSent)
        {
            _finSent = true;
            Shutdown(Libc.ShutWrite);
        }
    }

    public override unsafe void AcknowledgeAtOnce()
    {
        if (IsTcp && Descriptor.TryEnter())
        {
            int on = 1;
            _ = Libc.SetOption(Descriptor.Number, TcpState.LinuxLevel, Libc.TcpQuickAck, (byte*)&on, sizeof(int));
            Descriptor.Leave();
        }
    }

    public override unsafe void Abort()
    {
        Remember();
        if (Descriptor.TryEnter())
        {
            // struct linger { int l_onoff; int l_linger; }: closing discards and resets (socket(7), tcp(7)).
            int* linger = stackalloc int[2];
            linger[0] = 1;
            linger[1] = 0;
            _ = Libc.SetOption(Descriptor.Number, Libc.SolSocket, Libc.SoLinger, (byte*)linger, 2 * sizeof(int));
            Descriptor.Leave();
        }

        Descriptor.Close();
    }

    public override void Dispose()
    {
        Remember();
        Descriptor.Close();
    }

    internal override void StopReceiving() => Shutdown(Libc.ShutRead);

    // Once this side has sent FIN, an end closes the connection too; and nobody sends then, who could have been told instead.
    // The state comes first: FIN may be sent at this moment.
    internal override bool WasReset() => !_finSent && IsTcp && !Descriptor.HasEndedInOrder && IsClosedByKernel() && !_finSent;

    /// <summary>connect(2). Called again it tells what has become of the first call.</summary>
    public unsafe int Connect(ReadOnlySpan<byte> address)
    {
        if (!Descriptor.TryEnter())
        {
            return -Errno.BadDescriptor;
        }

        int result;
        fixed (byte* start = address)
        {
            result = Libc.Connect(Descriptor.Number, start, (uint)address.Length) == 0 ? 0 : -Errno.Last;
        }

        Descriptor.Leave();
        return result;
    }

    private void Remember()
    {
        if (RemembersTraffic)
        {
            Volatile.Write(ref _remembered, Traffic);
        }
    }

    private bool IsClosedByKernel()
    {
        Span<byte> state = stackalloc byte[1];
        return TcpState.IsClosedOnLinux(state[..ReadOption(TcpState.LinuxLevel, TcpState.LinuxInfo, state)]);
    }

    private static int Check(int result) => result >= 0 ? result : throw Errno.ToException(-result);

    private unsafe int Peek()
    {
        byte peeked;
        return Receive(new Span<byte>(&peeked, 1), Libc.MsgPeek);
    }

    private unsafe int Receive(Span<byte> buffer, int flags = 0)
    {
        if (!Descriptor.TryEnter())
        {
            return -Errno.BadDescriptor;
        }

        int result;
        fixed (byte* start = buffer)
        {
            result = Libc.ReceiveOrError(Descriptor.Number, start, buffer.Length, flags);
        }

        // A Unix socket's receive may stop anywhere, since what was sent with descriptors is received by itself.
        IsDrained = IsTcp && flags == 0 && result < buffer.Length && !Descriptor.HasMoreThanEdges;
        Descriptor.Leave();
        return result;
    }

    private unsafe int Send(ReadOnlySpan<byte> buffer)
    {
        if (!Descriptor.TryEnter())
        {
            return -Errno.BadDescriptor;
        }

        int result;
        fixed (byte* start = buffer)
        {
            result = Libc.SendOrError(Descriptor.Number, start, buffer.Length);
        }

        Descriptor.Leave();
        return result;
    }

    private void Shutdown(int how)
    {
        // Where it fails the connection is reset or closed: whoever receives or sends next learns why.
        if (Descriptor.TryEnter())
        {
            _ = Libc.Shutdown(Descriptor.Number, how);
            Descriptor.Leave();
        }
    }

    private unsafe int ReadOption(int level, int name, Span<byte> value)
    {
        if (!Descriptor.TryEnter())
        {
            return 0;
        }

        uint length = (uint)value.Length;
        fixed (byte* start = value)
        {
            length = Libc.GetOption(Descriptor.Number, level, name, start, &length) == 0 ? length : 0;
        }

        Descriptor.Leave();
        return (int)length;
    }

    private unsafe EndPoint? ReadName(bool ofPeer)
    {
        if (!Descriptor.TryEnter())
        {
            return null;
        }

        byte* name = stackalloc byte[MaxAddress];
        uint length = MaxAddress;
        int result = ofPeer ? Libc.GetPeerName(Descriptor.Number, name, &length) : Libc.GetName(Descriptor.Number, name, &length);
        Descriptor.Leave();
        if (result != 0 || length > MaxAddress)
        {
            return null;
        }

        SocketAddress address = new(_family.AddressFamily, (int)length);
        new ReadOnlySpan<byte>(name, (int)length).CopyTo(address.Buffer.Span);
        return _family.Create(address);
    }
}
