using System.CommandLine;

namespace Klyntar.Overlay.Cli;

/// <summary><c>plugin</c>: the gateway as a plugin of a KLYNTAR node.</summary>
internal static class PluginCommand
{
    public static Command Create() => new("plugin", "Put the gateway's plugin into a KLYNTAR node, which then reaches and is reached by overlay names.")
    {
        PluginInstallCommand.Create(),
    };
}
