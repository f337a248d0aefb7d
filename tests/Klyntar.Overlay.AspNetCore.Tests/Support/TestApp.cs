using System.Net;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.AspNetCore.Tests;

/// <summary>A minimal API that listens on an overlay, and a gateway of somebody else's to visit it through.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    /// <summary>The service's virtual port. The loopback transport really listens on it.</summary>
    public const int Port = 8080;

    public const string ServiceName = "shop";

    private readonly List<HttpClient> _clients = [];
    private readonly TestFolder _folder;
    private readonly TestFolder _visitorsFolder;

    private TestApp(WebApplication app, Road road, LogCapture log, TestFolder folder, GatewayHost visitor, TestFolder visitorsFolder)
    {
        App = app;
        Road = road;
        Log = log;
        _folder = folder;
        Visitor = visitor;
        _visitorsFolder = visitorsFolder;
    }

    public WebApplication App { get; }

    public Road Road { get; }

    /// <summary>What the application and its gateway logged.</summary>
    public LogCapture Log { get; }

    public GatewayHost Gateway => App.Services.GetRequiredService<GatewayHost>();

    /// <summary>Somebody else's gateway.</summary>
    public GatewayHost Visitor { get; }

    /// <summary>The service's address.</summary>
    public string Host => Gateway.Status.Current.Services.Single().Ports[0].Host;

    public static Task<TestApp> StartAsync(Overlays kind, Action<WebApplication> map, Action<KestrelServerOptions>? kestrel = null) => StartAsync(Road.Of(kind), map, kestrel);

    /// <summary>Starts the application, and waits until its service is published.</summary>
    public static async Task<TestApp> StartAsync(Road road, Action<WebApplication> map, Action<KestrelServerOptions>? kestrel = null, ITransport? transport = null)
    {
        TestApp app = await BuildAsync(road, map, kestrel, transport);
        try
        {
            await app.App.StartAsync().SoonAsync();
            await app.Gateway.WaitUntilReadyAsync().SoonAsync();
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Builds the application without starting it.</summary>
    public static async Task<TestApp> BuildAsync(Road road, Action<WebApplication> map, Action<KestrelServerOptions>? kestrel = null, ITransport? transport = null)
    {
        var log = new LogCapture(TestContext.Current.TestOutputHelper is { } output ? output.WriteLine : null);
        var folder = new TestFolder();
        var visitorsFolder = new TestFolder();
        GatewayHost visitor = await GatewayHost.StartAsync(road.Options(visitorsFolder), road.Services(log));
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton<ILoggerFactory>(log);
        builder.Services.AddOverlay(road.Options(folder), provider => road.Services(provider.GetRequiredService<ILoggerFactory>(), transport));
        builder.WebHost.ConfigureKestrel(kestrel ?? (options => options.ListenOverlay(ServiceName, Port, road.Name)));
        WebApplication app = builder.Build();
        map(app);
        return new TestApp(app, road, log, folder, visitor, visitorsFolder);
    }

    /// <summary>An HTTP client that visits the application over the overlay.</summary>
    public HttpClient CreateClient(int port = Port)
    {
        var client = new HttpClient(new OverlayHttpHandler(Visitor)) { BaseAddress = new Uri($"http://{Host}:{port}/"), Timeout = Patience.Limit };
        _clients.Add(client);
        return client;
    }

    /// <summary>A bare connection to the application over the overlay.</summary>
    public async Task<Stream> ConnectAsync(int port = Port) =>
        new ConnectionStream(await new OverlayConnectionFactory(Visitor).ConnectAsync(new DnsEndPoint(Host, port)).SoonAsync());

    public async ValueTask DisposeAsync()
    {
        foreach (HttpClient client in _clients)
        {
            client.Dispose();
        }

        await App.StopAsync(new CancellationToken(canceled: true));
        await App.DisposeAsync();
        await Visitor.DisposeAsync();
        _folder.Dispose();
        _visitorsFolder.Dispose();
        Log.Dispose();
    }
}
