using System.Net;
using Klyntar.Overlay.Connections;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Gateway;

/// <summary>Gives the admin server connections of the gateway's own user and of root, as the kernel tells; others are closed unanswered.</summary>
internal sealed class AdminListener(SocketEngine engine) : IConnectionListenerFactory
{
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new(new Listener(engine.Listen(endpoint, new EngineListenOptions { Backlog = 64 }), endpoint));

    private sealed class Listener(EngineListener listener, EndPoint endPoint) : IConnectionListener
    {
        public EndPoint EndPoint => endPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await listener.AcceptAsync(cancellationToken) is { } socket)
            {
                if (socket.PeerUserId is { } user && (user == CurrentUser.Id || user == 0))
                {
                    var connection = new ServerConnection(new SocketConnection(socket), halfCloses: true);
                    _ = connection.EndAsync(TimeSpan.Zero, TimeProvider.System, CancellationToken.None);
                    return connection;
                }

                socket.Dispose();
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => listener.DisposeAsync();

        public ValueTask DisposeAsync() => listener.DisposeAsync();
    }
}
