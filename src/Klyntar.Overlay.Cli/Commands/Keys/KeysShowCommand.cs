using System.CommandLine;
using System.Globalization;
using System.Net;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Cli;

/// <summary><c>keys show</c>: the addresses that an identity gives to a service's ports.</summary>
internal static class KeysShowCommand
{
    public static Command Create()
    {
        Argument<string> name = KeysCommand.Name();
        Argument<int[]> ports = new("PORT")
        {
            Description = "The service's virtual ports, in its order: on i2p the first has the identity's own address, and each further one another. Without them, that address.",
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
        Option<string?> dataFolder = CommonOptions.DataFolder();
        var command = new Command("show", "Show the address of an identity, or that of each port of its service.") { name, ports, on, dataFolder };
        command.SetAction(parse =>
        {
            IdentityCatalog identities = IdentityCatalog.Of(parse.GetValue(on)!, parse.GetValue(dataFolder));
            Identity identity = identities.Existing(parse.GetValue(name)!);
            int[] asked = parse.GetValue(ports) ?? [];
            if (asked.Length == 0)
            {
                Console.Out.WriteLine(identity.Address);
            }

            foreach (int port in asked)
            {
                Identity own = port != asked[0] && identities.Format is IPortIdentities each ? each.OfPort(identity, port) : identity;
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{port,-5}  {own.Address}"));
            }
        });
        return command;
    }
}
