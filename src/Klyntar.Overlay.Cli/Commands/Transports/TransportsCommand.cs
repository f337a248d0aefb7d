using System.CommandLine;

namespace Klyntar.Overlay.Cli;

/// <summary><c>transports</c>: the overlays that this gateway can be on, those that come with it and plugins.</summary>
internal static class TransportsCommand
{
    public static Command Create() => new("transports", "List, describe, check and add transports: the overlays that come with the gateway, and plugins for others.")
    {
        TransportsListCommand.Create(),
        TransportsInfoCommand.Create(),
        TransportsCheckCommand.Create(),
        TransportsAddCommand.Create(),
        TransportsSchemaCommand.Create(),
    };
}
