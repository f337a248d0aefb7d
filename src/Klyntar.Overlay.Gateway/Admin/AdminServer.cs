using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Klyntar.Overlay.Gateway;

/// <summary>Serves the admin API: HTTP on a Unix socket in the data folder, for the gateway's own user and root.</summary>
/// <remarks>
/// It is Kestrel's server without the web host around it: measured on .NET 10, that starts in 40 ms with 10 MB above an idle
/// process, where a slim web application takes 120 to 160 ms and 25 MB. It listens only after the doors do.
/// </remarks>
internal sealed class AdminServer : IAsyncDisposable
{
    private const int MaxConnections = 64;

    // A peer with all that it may have.
    private const int MaxBodySize = 64 * 1024;

    private readonly KestrelServer _server;

    private AdminServer(KestrelServer server) => _server = server;

    /// <summary>Starts to serve.</summary>
    /// <exception cref="OverlayException">The socket cannot be listened on.</exception>
    public static async Task<AdminServer> StartAsync(string dataFolder, AdminApplication application, SocketEngine engine, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        string path = Path.Join(dataFolder, AdminSockets.Status);
        UnixDomainSocketEndPoint endPoint = EndPointText.Unix(path);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.MaxRequestBodySize = MaxBodySize;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        options.Listen(endPoint, listen => listen.Protocols = HttpProtocols.Http1);
        var server = new KestrelServer(Options.Create(options), new AdminListener(engine), loggers);
        try
        {
            await server.StartAsync(application, cancellationToken);
            return new AdminServer(server);
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
        {
            server.Dispose();
            throw new OverlayException($"The gateway cannot listen on {path}: {e.Message}. Check the data folder's owner and file system.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Watches end with the status they watch, which is complete by now; what is left is cut.
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
    }
}
