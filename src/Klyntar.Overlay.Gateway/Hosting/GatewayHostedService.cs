using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Klyntar.Overlay.Gateway;

/// <summary>Runs a gateway inside a Generic Host: an ASP.NET application, a service of the system.</summary>
/// <remarks>
/// <see cref="GatewayHost"/> itself needs no host around it: its parts start and stop in an order that it spells out, and a
/// host would take a tenth of the time that the command may take until its doors listen.
/// </remarks>
internal sealed class GatewayHostedService(GatewayOptions options, GatewayServices services) : IHostedLifecycleService, IAsyncDisposable
{
    private GatewayHost? _gateway;

    public GatewayHost Gateway => _gateway ?? throw new InvalidOperationException("The gateway has not been started yet: the host starts it.");

    // Before and after everything else that the host runs, in whatever order it was added: a web server's listeners need the gateway.
    public async Task StartingAsync(CancellationToken cancellationToken) =>
        _gateway = await GatewayHost.StartAsync(options, services, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => _gateway?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _gateway?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>Adds a gateway to a Generic Host.</summary>
public static class GatewayHostingExtensions
{
    /// <summary>Adds a gateway that starts and stops with the host. <see cref="GatewayHost"/> can be resolved once the host has started.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">The gateway's configuration.</param>
    /// <param name="gatewayServices">Makes what the gateway is given, such as the host's loggers.</param>
    public static IServiceCollection AddOverlayGateway(this IServiceCollection services, GatewayOptions options, Func<IServiceProvider, GatewayServices> gatewayServices)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(gatewayServices);
        services.AddSingleton(provider => new GatewayHostedService(options, gatewayServices(provider)));
        services.AddHostedService(provider => provider.GetRequiredService<GatewayHostedService>());

        services.AddSingleton(provider => provider.GetRequiredService<GatewayHostedService>().Gateway);
        return services;
    }
}
