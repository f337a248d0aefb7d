using System.Collections.Immutable;
using System.CommandLine;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>peers prune</c>: removes the added peers that cannot be reached.</summary>
internal static class PeersPruneCommand
{
    public static Command Create()
    {
        Option<string?> dataFolder = PeersCommand.DataFolder();
        var command = new Command("prune", "Dial the peers that were added, and remove those that are reached by none of their addresses. Those of the configuration stay.") { dataFolder };
        command.SetAction(async (parse, cancellationToken) =>
        {
            GatewayClient client = await RunningGateway.FindAsync(parse.GetValue(dataFolder), cancellationToken);
            ImmutableArray<string> removed = await client.PrunePeersAsync(cancellationToken);
            await Terminal.Out.WriteLineAsync(removed.IsEmpty ? "No peer was removed." : $"Removed: {string.Join(", ", removed)}.");
            return 0;
        });
        return command;
    }
}
