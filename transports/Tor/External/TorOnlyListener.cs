using System.Net;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>A listener that turns away whoever does not come from where tor is.</summary>
internal sealed partial class TorOnlyListener(EngineListener inner, Func<EngineSocket, bool> isTor, ILogger logger) : EngineListener
{
    private bool _hasTold;

    public override EndPoint LocalEndPoint => inner.LocalEndPoint;

    public override async ValueTask<EngineSocket?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await inner.AcceptAsync(cancellationToken) is { } socket)
        {
            if (isTor(socket))
            {
                return socket;
            }

            // Once: whoever knocks must not fill the log.
            if (!_hasTold && socket.RemoteEndPoint is IPEndPoint { Address: var from })
            {
                _hasTold = true;
                LogStranger(from, inner.LocalEndPoint);
            }

            socket.Abort();
        }

        return null;
    }

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    [LoggerMessage(1, LogLevel.Warning, "{From} connected to {Door}, which is for tor's visitors alone, and was turned away, as others from there will be. If tor comes from there, name its control port by that address.")]
    private partial void LogStranger(IPAddress from, EndPoint door);
}
