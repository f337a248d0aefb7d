using System.Diagnostics.Metrics;
using Klyntar.Overlay.BinFetch;
using Klyntar.Overlay.Gateway;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.AspNetCore;

/// <summary>Adds a gateway to an application, with the adapters through which it listens and dials.</summary>
public static class OverlayHostingExtensions
{
    /// <summary>The configuration key for the path of the gateway's own configuration; as an environment variable <c>Overlay__Configuration</c>.</summary>
    public const string ConfigurationKey = "Overlay:Configuration";

    /// <summary>
    /// Adds a gateway that runs as long as the application. It is configured by the file that <see cref="ConfigurationKey"/> names, or
    /// <c>overlay.json</c> in the content root; without a file it has no SOCKS door. Its transports are those beside the program, and with a file the plugins.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <exception cref="OverlayException">The file cannot be read, or something in it is wrong.</exception>
    public static TBuilder AddOverlay<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder => builder.AddOverlay(options => options);

    /// <summary>The same, with a change to what the file says.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Changes what the file says.</param>
    /// <exception cref="OverlayException">The file cannot be read, or something in it is wrong.</exception>
    public static TBuilder AddOverlay<TBuilder>(this TBuilder builder, Func<GatewayOptions, GatewayOptions> configure)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        (GatewayOptions options, TransportCatalog catalog) = Load(builder);

        // The default folder is that of the command, which may be running: a folder has one gateway.
        options = options.DataFolder is null ? options with { DataFolder = $"{GatewayOptions.DefaultDataFolder}-{builder.Environment.ApplicationName}" } : options;
        builder.Services.AddOverlay(configure(options), provider => new GatewayServices
        {
            Catalog = catalog,
            Programs = new HelperPrograms(new HelperProgramOptions()),
            Loggers = provider.GetRequiredService<ILoggerFactory>(),
            Meters = provider.GetService<IMeterFactory>(),
        });
        return builder;
    }

    /// <summary>Adds a gateway that runs as long as the application, made from given parts.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="options">The gateway's configuration.</param>
    /// <param name="gatewayServices">Makes what the gateway is given.</param>
    public static IServiceCollection AddOverlay(this IServiceCollection services, GatewayOptions options, Func<IServiceProvider, GatewayServices> gatewayServices)
    {
        services.AddOverlayGateway(options, gatewayServices);

        // Kestrel adds its own only where there is none yet, and that for all other end points must be there whoever comes first.
        services.TryAddSingleton<IConnectionListenerFactory, SocketTransportFactory>();
        services.AddSingleton<IConnectionListenerFactory, OverlayListenerFactory>();
        services.TryAddSingleton<IConnectionFactory>(provider => new OverlayConnectionFactory(provider.GetRequiredService<GatewayHost>()));
        return services;
    }

    private static (GatewayOptions Options, TransportCatalog Catalog) Load(IHostApplicationBuilder builder)
    {
        string usual = Path.Join(builder.Environment.ContentRootPath, GatewayConfiguration.FileName);
        string? file = builder.Configuration[ConfigurationKey] is { Length: > 0 } told ? told : File.Exists(usual) ? usual : null;
        if (file is null)
        {
            return (new GatewayOptions { Socks = [] }, TransportCatalog.LoadBuiltIn());
        }

        var catalog = TransportCatalog.Load(GatewayConfiguration.LoadPlugins(file));
        return (GatewayConfiguration.Load(file, catalog), catalog);
    }
}
