using System.CommandLine;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public static Option<string?> DataFolder() => new("--data-folder")
    {
        Description = $"The gateway's data folder. Default: {GatewayOptions.DefaultDataFolder}",
        HelpName = "FOLDER",
    };

    public static Option<bool> Verbose() => new("--verbose", "-v") { Description = "Log what the transports do, to standard error." };

    public static Option<string> On(string verb) => new("--on")
    {
        Description = $"The overlay {verb}.",
        HelpName = "TRANSPORT",
        DefaultValueFactory = _ => "tor",
    };

    public static Option<int?> SocksPort()
    {
        var option = new Option<int?>("--socks-port")
        {
            Description = $"The SOCKS door's port on 127.0.0.1; 0 for a free one. Default: {SocksDoorOptions.CustomaryPort}.",
            HelpName = "PORT",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 0 or > 65535)
            {
                result.AddError("--socks-port takes a port from 0 to 65535.");
            }
        });
        return option;
    }
}
