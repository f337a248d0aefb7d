using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Cli;

/// <summary><c>tor filter</c>: prints a profile for onion-grater.</summary>
internal static class TorFilterCommand
{
    // What Whonix gives its workstation.
    private static readonly IPAddress Workstation = IPAddress.Parse("10.152.152.11");

    public static Command Create()
    {
        Option<IPAddress?> listen = new("--listen")
        {
            Description = $"This machine's address at which tor hands over visitors: that of transports.tor.serviceListen. Default: {Workstation}, that of a Whonix-Workstation",
            HelpName = "ADDRESS",
            CustomParser = Address,
        };
        var command = new Command("filter", "Print a profile that lets the gateway through onion-grater, the filter of Whonix and Tails.") { listen };
        command.SetAction(parse => Terminal.Out.Write(OnionGraterProfile.Write(parse.GetValue(listen) ?? Workstation, Environment.ProcessPath ?? "klyntar-overlay")));
        return command;
    }

    private static IPAddress? Address(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (IPAddress.TryParse(text, out IPAddress? address) && address.ToString() == text)
        {
            return address;
        }

        result.AddError($"--listen takes an IP address, not '{text}'.");
        return null;
    }
}
