using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>The engine over System.Net.Sockets. Continuations run on the thread pool.</summary>
internal sealed class PortableSocketEngine(TimeProvider clock) : SocketEngine
{
    public override string Name => "portable";

    public override async ValueTask<EngineSocket> ConnectAsync(EndPoint endPoint, EndPoint? localEndPoint, CancellationToken cancellationToken)
    {
        CheckKind(endPoint);
        if (localEndPoint is not null)
        {
            CheckKind(localEndPoint);
        }

        BacklogPatience patience = new(clock);
        while (true)
        {
            TimeSpan? pause = null;
            cancellationToken.ThrowIfCancellationRequested();
            Socket socket = NewSocket(endPoint);
            try
            {
                if (DescriptorReserve.IsReachedByDial(socket.SafeHandle.DangerousGetHandle()))
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
                && (pause = patience.NextPause()) is not null)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            await Task.Delay(pause.Value, clock, cancellationToken);
        }
    }

    public override EngineListener Listen(EndPoint endPoint, EngineListenOptions options)
    {
        Socket socket = OpenListening(endPoint, options);
        try
        {
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
}
