using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Connections;

/// <summary>The engine of Linux: one loop over epoll(7), and splice(2) for what is much.</summary>
/// <remarks>
/// One thread serves all sockets: it moves more bytes than any overlay carries, and connections cost the least where nothing
/// passes from thread to thread. Sockets are non-blocking from their birth and never meet the poll of System.Net.Sockets.
/// </remarks>
internal sealed class LinuxSocketEngine(TimeProvider clock) : SocketEngine
{
    public override string Name => "linux";

    internal override bool ResumesOnLoop => true;

    /// <summary>The one loop.</summary>
    internal EpollLoop Loop { get; } = new();

    /// <summary>Starts the engine; null where this machine has not what it takes. Other architectures number and lay out what is used here in other ways.</summary>
    public static LinuxSocketEngine? TryCreate(TimeProvider clock)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
        {
            return null;
        }

        try
        {
            return new LinuxSocketEngine(clock);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    public override async ValueTask<EngineSocket> ConnectAsync(EndPoint endPoint, EndPoint? localEndPoint, CancellationToken cancellationToken)
    {
        CheckKind(endPoint);
        if (localEndPoint is not null)
        {
            CheckKind(localEndPoint);
        }

        cancellationToken.ThrowIfCancellationRequested();
        LinuxSocket socket = Open(endPoint, localEndPoint);
        try
        {
            SocketAddress address = endPoint.Serialize();
            BacklogPatience patience = new(clock);
            int result = socket.Connect(address.Buffer.Span[..address.Size]);
            if (result == -Errno.InProgress)
            {
                // On loopback the answer has come by now.
                result = socket.Connect(address.Buffer.Span[..address.Size]);
            }

            while (result != 0 && result != -Errno.IsConnected)
            {
                if (result is -Errno.InProgress or -Errno.Already)
                {
                    await socket.Descriptor.Output.WaitAsync(onLoop: false, cancellationToken);
                }
                else if (result == -Errno.Again && endPoint is UnixDomainSocketEndPoint && patience.NextPause() is TimeSpan pause)
                {
                    await Task.Delay(pause, clock, cancellationToken);
                }
                else
                {
                    throw Errno.ToException(-result);
                }

                result = socket.Connect(address.Buffer.Span[..address.Size]);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override EngineListener Listen(EndPoint endPoint, EngineListenOptions options)
    {
        Socket socket = OpenListening(endPoint, options);
        try
        {
            return new LinuxListener(this, socket, options, clock);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal override void Copy(EngineSocket source, EngineSocket destination, ICopyProgress progress) =>
        new LinuxCopy((LinuxSocket)source, (LinuxSocket)destination, progress).Start();

    private unsafe LinuxSocket Open(EndPoint endPoint, EndPoint? localEndPoint)
    {
        // AF_UNIX, AF_INET and AF_INET6 have the numbers 1, 2 and 10 here (<linux/socket.h>).
        int family = endPoint.AddressFamily switch
        {
            AddressFamily.Unix => 1,
            AddressFamily.InterNetwork => 2,
            _ => 10,
        };
        int number = Libc.Socket(family, Libc.SockStream | Libc.SockNonBlock | Libc.SockCloseOnExec, 0);
        if (number < 0)
        {
            throw Errno.ToException(Errno.Last);
        }

        try
        {
            if (DescriptorReserve.IsReachedByDial(number))
            {
                throw new SocketException((int)SocketError.TooManyOpenSockets);
            }

            int one = 1;
            if (endPoint is IPEndPoint)
            {
                Check(Libc.SetOption(number, Libc.IpProtoTcp, Libc.TcpNoDelay, (byte*)&one, sizeof(int)));
            }

            if (localEndPoint is not null)
            {
                if (localEndPoint is IPEndPoint { Port: 0 })
                {
                    Check(Libc.SetOption(number, Libc.IpProtoIP, LinuxIpBindAddressNoPort, (byte*)&one, sizeof(int)));
                }

                SocketAddress address = localEndPoint.Serialize();
                fixed (byte* start = address.Buffer.Span)
                {
                    Check(Libc.Bind(number, start, (uint)address.Size));
                }
            }

            return new LinuxSocket(this, number, endPoint);
        }
        catch
        {
            _ = Libc.Close(number);
            throw;
        }

        static void Check(int result)
        {
            if (result < 0)
            {
                throw Errno.ToException(Errno.Last);
            }
        }
    }
}
