using System.CommandLine;
using Klyntar.Overlay.Gateway;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Cli;

/// <summary><c>transports check</c>: tries a plugin as the gateway would, up to its start.</summary>
internal static class TransportsCheckCommand
{
    // Names that belong to others, whatever they are configured to.
    private static readonly string[] ForeignHosts =
    [
        "example.com", "localhost", "127.0.0.1", "[::1]", "",
        "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion", "stats.i2p", "1HeLLo4uzjaLetFx6NH3PMwFP3qbRbTf3D.zeronet",
    ];

    public static Command Create()
    {
        Argument<string> plugin = new("PLUGIN") { Description = "A plugin's name, or the folder that 'dotnet publish' wrote one to." };
        Option<string?> config = CommonOptions.Configuration();
        var command = new Command("check", "Try a plugin as the gateway would, up to its start: who can change it, whether it fits this gateway, whether it loads, and which names it claims.") { plugin, config };
        command.SetAction(parse =>
        {
            PluginOptions plugins = CommonOptions.Plugins(parse.GetValue(config));
            Terminal.Claim();
            string asked = parse.GetValue(plugin)!;
            string installed = Path.Join(plugins.FullPath, asked);
            bool isInstalled = !asked.Contains('/', StringComparison.Ordinal) && Directory.Exists(installed);
            return Check(isInstalled ? installed : asked, isInstalled ? asked : null, plugins.Pinned.GetValueOrDefault(asked));
        });
        return command;
    }

    private static int Check(string folder, string? name, string? pinned)
    {
        if (!Directory.Exists(folder))
        {
            throw new OverlayException($"There is no plugin '{folder}', and no such folder. 'klyntar-overlay transports list' shows the plugins that are there.");
        }

        Plugin examined;
        CatalogTransport loaded;
        try
        {
            examined = PluginLoader.Examine(folder, name, pinned, isToBeCopied: name is null);
            Tell(true, name is null ? $"Its files can be copied, with the SHA-256 {examined.Sha256}." : $"Nobody else can change it; its SHA-256 is {examined.Sha256}{(examined.IsPinned ? ", as pinned" : "")}.");
            Tell(true, $"It was built with version {examined.ContractVersion.ToString(3)} of the contract, which this gateway fits, and all that it needs is there.");
            loaded = PluginLoader.Load(examined, TransportCatalog.LoadBuiltIn());
            Tell(true, $"It loads, and its transport is {loaded.Factory.Name}.");
        }
        catch (OverlayException e)
        {
            Tell(false, e.Message);
            return Cli.Failed;
        }

        return Try(loaded) ? 0 : Cli.Failed;
    }

    private static bool Try(CatalogTransport loaded)
    {
        ITransport transport;
        try
        {
            transport = loaded.Create(null);
        }
        catch (Exception e)
        {
            // Options may be required.
            Tell(null, $"It cannot be made with its default options: {e.GetType().Name}, {e.Message.TrimEnd('.')}. That is no fault where some of them are required.");
            return true;
        }

        using ILoggerFactory loggers = LineLogger.To(Terminal.Error.WriteLine, LogLevel.Error);
        using var host = new PluginTrial(transport, loggers.CreateLogger(loaded.Factory.Name));
        bool isGood = true;
        bool hasAnswered = host.TryClaims(ForeignHosts, out IReadOnlyList<string> claimed);
        if (claimed.Count > 0)
        {
            Tell(false, $"It claims names that are not its own: {string.Join(", ", claimed.Select(h => h.Length == 0 ? "the empty name" : h))}. Each would be refused, since two transports claim it, or go to it alone.");
            isGood = false;
        }
        else if (hasAnswered)
        {
            Tell(true, "It claims no name of others.");
        }

        foreach (string fault in host.Faults)
        {
            Tell(false, fault);
            isGood = false;
        }

        return isGood;
    }

    private static void Tell(bool? isGood, string what) => Terminal.Out.WriteLine($"{(isGood is { } good ? good ? '✔' : '✘' : '•')} {what}");
}
