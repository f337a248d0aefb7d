using System.Net;
using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>A listening socket of System.Net.Sockets.</summary>
internal sealed class PortableListener : EngineListener
{
    private readonly PortableSocketEngine _engine;
    private readonly Socket _socket;
    private readonly PatientAccept<Socket> _accept;

    /// <summary>Takes over a socket that listens.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="socket">The socket.</param>
    /// <param name="paused">Told of pauses.</param>
    /// <param name="clock">Measures pauses.</param>
    public PortableListener(PortableSocketEngine engine, Socket socket, Action<SocketException>? paused, TimeProvider clock)
    {
        _engine = engine;
        _socket = socket;
        _accept = new PatientAccept<Socket>(socket.AcceptAsync, static s => s.SafeHandle.DangerousGetHandle(), paused, clock);
        LocalEndPoint = socket.LocalEndPoint!;
    }

    public override EndPoint LocalEndPoint { get; }

    public override async ValueTask<EngineSocket?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _accept.AcceptAsync(cancellationToken) is { } accepted ? Adopt(accepted) : null;

    public override ValueTask DisposeAsync()
    {
        _accept.Dispose();

        // Removes the file of a Unix socket too.
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private PortableSocket Adopt(Socket accepted)
    {
        // An accepted socket inherits TCP_NODELAY from the listening one on Linux and the BSDs.
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS() && accepted.ProtocolType == ProtocolType.Tcp)
        {
            try
            {
                accepted.NoDelay = true;
            }
            catch (SocketException)
            {
                // Gone already: the first receive says so.
            }
        }

        return new PortableSocket(_engine, accepted);
    }
}
