using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Net;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Cli;

/// <summary><c>keys show</c>: the addresses under which a service with an identity is published.</summary>
internal static class KeysShowCommand
{
    private const int AnyPort = 1;

    public static Command Create()
    {
        Argument<string> name = KeysCommand.Name();
        Argument<int[]> ports = new("PORT")
        {
            Description = "The service's virtual ports, in its order: on i2p the first has the identity's own address, and each further one another. Without them, those that the configuration publishes, else that address.",
            HelpName = "PORT",
            Arity = ArgumentArity.ZeroOrMore,
        };
        ports.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(t => t.Value).Where(t => !int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > IPEndPoint.MaxPort))
            {
                result.AddError($"A port is a number from 1 to {IPEndPoint.MaxPort}, not '{text}'.");
            }
        });
        Option<string> on = KeysCommand.On();
        Option<string?> config = CommonOptions.Configuration();
        Option<string?> dataFolder = CommonOptions.DataFolder(", else the configuration's");
        var command = new Command("show", "Show the address of an identity, or that of each port of its service, as the configuration publishes it.") { name, ports, on, config, dataFolder };
        command.SetAction(parse =>
        {
            (GatewayOptions options, TransportCatalog catalog) = CommonOptions.ReadConfiguration(parse.GetValue(config));
            IdentityCatalog identities = IdentityCatalog.Of(parse.GetValue(on)!, parse.GetValue(dataFolder) ?? options.DataFolder, catalog);
            Show(identities, parse.GetValue(name)!, parse.GetValue(ports) ?? [], options);
        });
        return command;
    }

    private static void Show(IdentityCatalog identities, string name, int[] asked, GatewayOptions options)
    {
        Identity identity = identities.Existing(name);
        string overlay = identities.Overlay;
        ServiceOptions? service = options.Services.Where(s => (s.Value.Identity ?? s.Key) == name && s.Value.On.Contains(overlay)).Select(s => s.Value).FirstOrDefault();
        ITransportFactory factory = identities.Factory;
        ITransport transport = factory.Create(options.Transports.GetValueOrDefault(overlay) ?? Activator.CreateInstance(factory.OptionsType)!);
        int[] configured = [.. service?.Ports.Keys ?? []];
        if (service is null && !transport.Capabilities.SharedAddress)
        {
            Terminal.Error.WriteLine($"No configuration was read that publishes '{name}' on {overlay}: a service's options there may give it other addresses. Name the configuration with --config.");
        }

        // Which port is the first is the configuration's to say. Without any, the address is that of whichever port comes first.
        int[] shown = asked.Length > 0 ? asked : configured;
        ImmutableArray<OverlayEndPoint> endPoints = transport.EndPointsOf(new ServiceDefinition
        {
            Name = name,
            Identity = identity,
            Ports = shown.Length == 0 ? [AnyPort] : [.. configured.Union(asked)],
            Options = service?.Options.GetValueOrDefault(overlay),
        });
        if (endPoints[0].CaselessHost is { } caseless)
        {
            Terminal.Error.WriteLine($"Programs that write names in lower case, as those of the web do, need its other name: {caseless}");
        }

        if (shown.Length == 0)
        {
            Terminal.Out.WriteLine(identity.Address);
            return;
        }

        foreach (int port in shown)
        {
            Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{port,-5}  {endPoints.First(e => e.Port == port).Host}"));
        }
    }
}
