using Klyntar.Overlay;
using Klyntar.Overlay.AspNetCore;
using Klyntar.Overlay.Gateway;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);

// ASP.NET's request log would write whole addresses.
builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting", LogLevel.Warning);
try
{
    // A gateway inside this program, which starts tor and ends it. overlay.json configures it, where there is one.
    builder.AddOverlay();

    // The onion service. Its address lasts as long as the key that is made for "api". Other end points may stand beside it.
    builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenOverlay("api", port: 80, on: "tor"));

    WebApplication app = builder.Build();
    app.MapGet("/", (HttpContext context) =>
        $"Hello from {context.Features.Get<IOverlayVisitorFeature>()?.EndPoint.Host}. Who you are, nobody told me.\n");

    // A slow answer. Ctrl-C lets it finish.
    app.MapGet("/countdown", async (HttpContext context, int from = 10) =>
    {
        for (int left = from; left >= 0; left--)
        {
            await context.Response.WriteAsync($"{left}\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(left > 0 ? 1000 : 0, context.RequestAborted);
        }
    });
    app.Lifetime.ApplicationStarted.Register(() =>
    {
        // For a person's eyes: addresses do not belong into logs.
        if (!Console.IsOutputRedirected)
        {
            GatewayHost gateway = app.Services.GetRequiredService<GatewayHost>();
            Console.WriteLine($"http://{gateway.Status.Current.Services.Single(s => s.Name == "api").Ports[0].Host}/");
        }
    });
    await app.RunAsync();
    return 0;
}
catch (OverlayException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
