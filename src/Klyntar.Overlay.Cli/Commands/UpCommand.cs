using System.CommandLine;
using System.Net;
using Klyntar.Overlay.BinFetch;
using Klyntar.Overlay.Gateway;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Klyntar.Overlay.Cli;

/// <summary><c>up</c>: runs the gateway.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        Option<string[]> expose = new("--expose", "-e")
        {
            Description = $"Publish a local port: {ExposedPort.Forms}. May be repeated.",
            HelpName = "PORT",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string[]> on = new("--on")
        {
            Description = "The overlays to publish it on.",
            HelpName = "TRANSPORT",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["tor"],
        };
        Option<string> name = new("--name")
        {
            Description = "The service's name, and that of its identity.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "node",
        };
        Option<string?> config = new("--config", "-c")
        {
            Description = $"The configuration. Default: ./{GatewayConfiguration.FileName}, where there is one.",
            HelpName = "FILE",
        };
        Option<string?> dataFolder = CommonOptions.DataFolder();
        Option<int?> socksPort = CommonOptions.SocksPort();
        Option<bool> verbose = CommonOptions.Verbose();
        var command = new Command("up", "Run the gateway on the real networks: publish services, open the SOCKS door.")
        {
            expose, on, name, config, dataFolder, socksPort, verbose,
        };
        command.SetAction((parse, cancellationToken) =>
        {
            var catalog = TransportCatalog.LoadBuiltIn();
            GatewayOptions options = Configured(parse.GetValue(config), catalog);
            options = options with
            {
                DataFolder = parse.GetValue(dataFolder) ?? options.DataFolder,
                Socks = WithPort(options.Socks, parse.GetValue(socksPort)),
                Services = WithExposed(options.Services, parse.GetValue(name)!, parse.GetValue(expose) ?? [], parse.GetValue(on)!),
            };
            return RunAsync(options, catalog, parse.GetValue(verbose), cancellationToken);
        });
        return command;
    }

    internal static IReadOnlyList<SocksDoorOptions> WithPort(IReadOnlyList<SocksDoorOptions> doors, int? port) =>
        port is { } given ? [new SocksDoorOptions { Listen = new IPEndPoint(IPAddress.Loopback, given) }, .. doors.Skip(1)] : doors;

    private static GatewayOptions Configured(string? path, TransportCatalog catalog)
    {
        if (path is null && !File.Exists(GatewayConfiguration.FileName))
        {
            return new GatewayOptions();
        }

        return GatewayConfiguration.Load(path ?? GatewayConfiguration.FileName, catalog);
    }

    private static IReadOnlyDictionary<string, ServiceOptions> WithExposed(
        IReadOnlyDictionary<string, ServiceOptions> services, string name, string[] expose, string[] on)
    {
        if (expose.Length == 0)
        {
            return services;
        }

        if (services.ContainsKey(name))
        {
            throw new OverlayException($"The configuration has a service named '{name}' already. Give the exposed one another name with --name.");
        }

        var ports = new Dictionary<int, EndPoint>();
        foreach (ExposedPort port in expose.Select(ExposedPort.Parse))
        {
            if (!ports.TryAdd(port.Port, port.Target))
            {
                throw new OverlayException($"--expose names the virtual port {port.Port} twice. A port leads to one target.");
            }
        }

        string[] overlays = [.. on.SelectMany(o => o.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct()];
        return new Dictionary<string, ServiceOptions>(services) { [name] = new ServiceOptions { Ports = ports, On = overlays } };
    }

    private static async Task<int> RunAsync(GatewayOptions options, TransportCatalog catalog, bool verbose, CancellationToken cancellationToken)
    {
        IAnsiConsole console = AnsiConsole.Console;
        bool isTerminal = console.Profile.Capabilities is { Interactive: true, Ansi: true };
        using ILoggerFactory loggers = Log.To(standardErrorLevel: verbose ? LogLevel.Debug : isTerminal ? LogLevel.Warning : LogLevel.Information);
        var services = new GatewayServices
        {
            Catalog = catalog,
            Programs = new HelperPrograms(new HelperProgramOptions { Progress = new Notes(console) }),
            Loggers = loggers,
        };
        await using GatewayHost gateway = await GatewayHost.StartAsync(options, services, cancellationToken);
        var view = new UpView(console, isTerminal);
        try
        {
            await view.ShowAsync(gateway, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C and SIGTERM end the gateway in good order.
        }

        console.WriteLine("Stopping …");
        await gateway.StopAsync(CancellationToken.None);
        return view.HasFailed ? Cli.Failed : 0;
    }

    private sealed class Notes(IAnsiConsole console) : IProgress<string>
    {
        public void Report(string value) => console.WriteLine(value);
    }
}
