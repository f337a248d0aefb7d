using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>The engine over System.Net.Sockets. Continuations run on the thread pool.</summary>
internal sealed class PortableSocketEngine(TimeProvider clock) : SocketEngine
{
    // A Unix socket whose backlog is full refuses at once (EAGAIN) where TCP would wait.
    private static readonly TimeSpan BacklogFirstRetry = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan BacklogLastRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BacklogPatience = TimeSpan.FromSeconds(30);

    // <netinet/in.h> of Linux: the port is chosen at connect, so that one local address serves as many connections as there are remote ones.
    private const int LinuxIpBindAddressNoPort = 24;

    public override string Name => "portable";

    public override async ValueTask<EngineSocket> ConnectAsync(EndPoint endPoint, EndPoint? localEndPoint, CancellationToken cancellationToken)
    {
        CheckKind(endPoint);
        if (localEndPoint is not null)
        {
            CheckKind(localEndPoint);
        }

        long started = clock.GetTimestamp();
        for (TimeSpan retry = BacklogFirstRetry; ; retry = retry < BacklogLastRetry ? 2 * retry : BacklogLastRetry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Socket socket = NewSocket(endPoint);
            try
            {
                if (DescriptorReserve.IsReachedByDial(socket))
                {
                    throw new SocketException((int)SocketError.TooManyOpenSockets);
                }

                if (localEndPoint is not null)
                {
                    BindLocally(socket, localEndPoint);
                }

                await socket.ConnectAsync(endPoint, cancellationToken);
                return new PortableSocket(this, socket);
            }
            catch (SocketException e) when (endPoint is UnixDomainSocketEndPoint && e.SocketErrorCode == SocketError.WouldBlock
                && clock.GetElapsedTime(started) < BacklogPatience)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            await Task.Delay(retry * (0.5 + Random.Shared.NextDouble()), clock, cancellationToken);
        }
    }

    public override EngineListener Listen(EndPoint endPoint, EngineListenOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckKind(endPoint);
        Socket socket = NewSocket(endPoint);
        try
        {
            if (endPoint is UnixDomainSocketEndPoint unix)
            {
                UnixSocketFile.Bind(socket, unix, options.UnixMode);
            }
            else
            {
                socket.Bind(endPoint);
            }

            socket.Listen(options.Backlog);
            return new PortableListener(this, socket, options.Paused, clock);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void BindLocally(Socket socket, EndPoint localEndPoint)
    {
        if (OperatingSystem.IsLinux() && localEndPoint is IPEndPoint { Port: 0 })
        {
            socket.SetRawSocketOption((int)SocketOptionLevel.IP, LinuxIpBindAddressNoPort, BitConverter.GetBytes(1));
        }

        socket.Bind(localEndPoint);
    }

    private static Socket NewSocket(EndPoint endPoint)
    {
        if (endPoint is UnixDomainSocketEndPoint)
        {
            return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        }

        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void CheckKind(EndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        if (endPoint is not (IPEndPoint or UnixDomainSocketEndPoint))
        {
            throw new ArgumentException($"A {endPoint.GetType().Name} is neither an IP end point nor a Unix socket; names are never resolved here.", nameof(endPoint));
        }
    }
}
