using System.CommandLine;

namespace Klyntar.Overlay.Cli;

/// <summary><c>peers</c>: the remote nodes that programs of this machine reach at loopback addresses.</summary>
internal static class PeersCommand
{
    public static Command Create() => new("peers", "List, add, remove and test peers: remote nodes, each with a loopback address where programs that know nothing of overlays reach it.")
    {
        PeersListCommand.Create(),
        PeersAddCommand.Create(),
        PeersRemoveCommand.Create(),
        PeersTestCommand.Create(),
        PeersWatchCommand.Create(),
        PeersPruneCommand.Create(),
        PeersFeedCommand.Create(),
    };

    internal static Argument<string> Name() => new("NAME") { Description = "The peer's name." };

    internal static Option<string?> DataFolder() => CommonOptions.DataFolder(", else the sandbox's");
}
