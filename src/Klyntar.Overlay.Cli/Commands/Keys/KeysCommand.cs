using System.CommandLine;

namespace Klyntar.Overlay.Cli;

/// <summary><c>keys</c>: the identities of services and the keys of clients, without the network.</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "List, show, make, import and export identities, the private keys that make services' addresses; and client keys, by which services know you.")
    {
        KeysListCommand.Create(),
        KeysShowCommand.Create(),
        KeysNewCommand.Create(),
        KeysImportCommand.Create(),
        KeysExportCommand.Create(),
        KeysAuthCommand.Create(),
    };

    internal static Argument<string> Name() => new("NAME") { Description = "The identity's name; a service uses the one of its own name unless told." };

    internal static Option<string> On() => new("--on")
    {
        Description = "The overlay it is for.",
        HelpName = "TRANSPORT",
        DefaultValueFactory = _ => "tor",
    };
}
