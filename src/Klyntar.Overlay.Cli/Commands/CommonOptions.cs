using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public static Option<string?> DataFolder(string more = "") => new("--data-folder")
    {
        Description = $"The gateway's data folder. Default: {GatewayOptions.DefaultDataFolder}{more}",
        HelpName = "FOLDER",
    };

    public static Option<string?> Configuration() => new("--config", "-c")
    {
        Description = $"The configuration. Default: ./{GatewayConfiguration.FileName}, where there is one",
        HelpName = "FILE",
    };

    /// <summary>The transports there are, where a configuration is meant by an option or by the folder one is in.</summary>
    /// <exception cref="OverlayException">The configuration cannot be read, or what comes with the gateway cannot be loaded.</exception>
    public static TransportCatalog Catalog(string? path = null)
    {
        PluginOptions plugins = Plugins(path);
        if (Directory.Exists(plugins.FullPath))
        {
            Terminal.Claim();
        }

        return TransportCatalog.Load(plugins);
    }

    /// <summary>Where plugins are, by the configuration that is meant by an option.</summary>
    /// <exception cref="OverlayException">It cannot be read.</exception>
    public static PluginOptions Plugins(string? path = null) => FileOf(path) is { } file ? GatewayConfiguration.LoadPlugins(file) : new PluginOptions();

    /// <summary>Reads the configuration that is meant by an option.</summary>
    /// <returns>It, and the transports there are.</returns>
    /// <exception cref="OverlayException">It cannot be read, or something is wrong with it.</exception>
    public static (GatewayOptions Options, TransportCatalog Catalog) ReadConfiguration(string? path)
    {
        TransportCatalog catalog = Catalog(path);
        return (OptionsFor(path, catalog), catalog);
    }

    /// <summary>As <see cref="ReadConfiguration"/>, with a catalog that is there already.</summary>
    /// <exception cref="OverlayException">It cannot be read, or something is wrong with it.</exception>
    public static GatewayOptions OptionsFor(string? path, TransportCatalog catalog) =>
        FileOf(path) is { } file ? GatewayConfiguration.Load(file, catalog) : new GatewayOptions();

    private static string? FileOf(string? path) => path ?? (File.Exists(GatewayConfiguration.FileName) ? GatewayConfiguration.FileName : null);

    public static Option<bool> Verbose() => new("--verbose", "-v") { Description = "Log what the transports do, to standard error." };

    public static Option<int?> SocksPort() => new("--socks-port")
    {
        Description = $"The SOCKS door's port on 127.0.0.1; 0 for a free one. Default: {SocksDoorOptions.CustomaryPort}",
        HelpName = "PORT",
        CustomParser = result => Number(result, "a port", 0, IPEndPoint.MaxPort),
    };

    /// <summary>Reads an option's value as a number, and says what is wrong with one that is none.</summary>
    public static int? Number(ArgumentResult result, string what, int least, int most)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most)
        {
            return number;
        }

        string option = result.Parent is OptionResult parent ? parent.Option.Name : "The argument";
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option} takes {what} from {least} to {most}, not '{text}'."));
        return null;
    }
}
