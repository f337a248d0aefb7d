using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Klyntar.Overlay.Sandbox;

/// <summary>
/// A small HTTP server that stands for a node. Its page holds a number drawn at the start, so that whoever reads the page
/// knows that it reached this node and no other.
/// </summary>
public sealed class DemoNode : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly DemoPage _page;

    private DemoNode(KestrelServer server, DemoPage page, IPEndPoint endPoint)
    {
        _server = server;
        _page = page;
        EndPoint = endPoint;
    }

    /// <summary>Where it listens, on loopback.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The number in its page: 32 hexadecimal digits.</summary>
    public string Nonce => _page.Nonce;

    /// <summary>How many requests it has answered.</summary>
    public long Requests => _page.Requests;

    /// <summary>Starts a node on a free port.</summary>
    /// <param name="name">The name that its page shows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<DemoNode> StartAsync(string name = "demonstration node", CancellationToken cancellationToken = default)
    {
        // The server alone, without a host: a host would listen to Ctrl-C on its own.
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, 0);
        options.Limits.MaxRequestBodySize = 0;
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        try
        {
            var page = new DemoPage(name, RandomNumberGenerator.GetHexString(32, lowercase: true));
            await server.StartAsync(page, cancellationToken);
            string address = server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
            int port = int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            return new DemoNode(server, page, new IPEndPoint(IPAddress.Loopback, port));
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Whether a page is this node's.</summary>
    public bool IsMine(string page)
    {
        ArgumentNullException.ThrowIfNull(page);
        return page.Contains(Nonce, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A cancelled token: requests under way are cut off.
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
    }
}
