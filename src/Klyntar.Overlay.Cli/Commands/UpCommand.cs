using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Klyntar.Overlay.BinFetch;
using Klyntar.Overlay.Gateway;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Klyntar.Overlay.Cli;

/// <summary><c>up</c>: runs the gateway.</summary>
internal static class UpCommand
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "up";

    public static Command Create()
    {
        Option<string[]> expose = new("--expose", "-e")
        {
            Description = $"Publish local ports, or a peer on another overlay: {ExposedPort.Forms}. Several may follow.",
            HelpName = "PORT",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string[]> on = new("--on")
        {
            Description = "The overlays to publish them on: tor, i2p, zeronet, which runs over the others named. Default: tor",
            HelpName = "TRANSPORT",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string> name = new("--name")
        {
            Description = $"The service's name, and that of its identity. Default: {UpRequest.DefaultName}",
            HelpName = "NAME",
        };
        Option<string?> config = CommonOptions.Configuration();
        Option<string?> dataFolder = CommonOptions.DataFolder();
        Option<int?> socksPort = CommonOptions.SocksPort();
        Option<EndPoint?> torControl = new("--tor-control")
        {
            Description = "Use the tor that runs already, by its control port, in place of one of the gateway's own: unix:/run/tor/control, 127.0.0.1:9051",
            HelpName = "ADDRESS",
            CustomParser = EndPointOf,
        };
        Option<EndPoint?> i2pSam = new("--i2p-sam")
        {
            Description = "Use the I2P router that runs already, by its SAM bridge, in place of one of the gateway's own: 127.0.0.1:7656",
            HelpName = "ADDRESS",
            CustomParser = EndPointOf,
        };
        Option<bool> zeronetClearnet = new("--zeronet-clearnet") { Description = "Let ZeroNet run over the ordinary network where no other overlay is named: trackers and peers then see this machine's address." };
        Option<bool> untilInputEnds = new("--until-input-ends") { Description = "End when standard input does: for a program that starts a gateway and shall not leave it behind." };
        Option<bool> verbose = CommonOptions.Verbose();
        var command = new Command(Name, "Run the gateway: publish services, open the SOCKS door.")
        {
            expose, on, name, config, dataFolder, socksPort, torControl, i2pSam, zeronetClearnet, untilInputEnds, verbose,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var request = new UpRequest
            {
                Expose = parse.GetValue(expose) ?? [],
                DataFolder = parse.GetValue(dataFolder),
                SocksPort = parse.GetValue(socksPort),
                TorControl = parse.GetValue(torControl),
                I2PSam = parse.GetValue(i2pSam),
                ZeroNetClearnet = parse.GetValue(zeronetClearnet),
            };
            request = request with { On = parse.GetValue(on) is { Length: > 0 } overlays ? overlays : request.On, Name = parse.GetValue(name) ?? request.Name };
            (GatewayOptions configured, TransportCatalog catalog) = CommonOptions.ReadConfiguration(parse.GetValue(config));
            GatewayOptions options = request.ApplyTo(configured, catalog);
            using var input = InputEnd.Watch(parse.GetValue(untilInputEnds), cancellationToken);
            return await RunAsync(options, catalog, parse.GetValue(verbose), input.Token);
        });
        return command;
    }

    private static EndPoint? EndPointOf(ArgumentResult result)
    {
        if (!EndPointText.TryParse(result.Tokens[0].Value, out EndPoint? endPoint, out string? why))
        {
            result.AddError($"{((OptionResult)result.Parent!).Option.Name}: {why} Write an IP address and port, or unix:/path.");
        }

        return endPoint;
    }

    private static async Task<int> RunAsync(GatewayOptions options, TransportCatalog catalog, bool verbose, CancellationToken cancellationToken)
    {
        var steps = new StepList(AnsiConsole.Console, TimeProvider.System);
        using ILoggerFactory loggers = LineLogger.From(verbose ? LogLevel.Debug : steps.IsLive ? LogLevel.Warning : LogLevel.Information, steps);
        var services = new GatewayServices
        {
            Catalog = catalog,
            Programs = new HelperPrograms(new HelperProgramOptions()),
            Loggers = loggers,
        };
        using var trim = HeapTrim.Start();
        try
        {
            await using GatewayHost gateway = await GatewayHost.StartAsync(options, services, cancellationToken);
            foreach (EndPoint door in gateway.SocksEndPoints)
            {
                steps.Tell(UpView.DoorLine(door));
            }

            bool showAddresses = !Console.IsOutputRedirected;
            if (!showAddresses && options.Services.Count > 0)
            {
                steps.Tell($"'{StatusCommand.Line(gateway.DataFolder)}' shows the addresses.");
            }

            try
            {
                await new UpView(steps, showAddresses).ShowAsync(gateway.States, cancellationToken);
            }
            finally
            {
                steps.Tell("Stopping …");
                await gateway.StopAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C and SIGTERM are how a gateway ends.
        }

        return 0;
    }
}
