using Klyntar.Overlay;
using Klyntar.Overlay.AspNetCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

if (args is not [var address] || !Uri.TryCreate(address, UriKind.Absolute, out Uri? url))
{
    await Console.Error.WriteLineAsync("Usage: OnionClient http://….onion/");
    return 2;
}

HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
try
{
    // A gateway inside this program, and an HttpClient that knows no other way than through it.
    builder.AddOverlay();
    builder.Services.AddHttpClient("onion").UseOverlay();

    using IHost host = builder.Build();
    await host.StartAsync();
    HttpClient http = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("onion");

    // The request waits until tor has joined the network.
    await using (Stream answer = await http.GetStreamAsync(url))
    {
        await answer.CopyToAsync(Console.OpenStandardOutput());
    }

    await host.StopAsync();
    return 0;
}
catch (Exception failure) when (failure is OverlayException or HttpRequestException)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
