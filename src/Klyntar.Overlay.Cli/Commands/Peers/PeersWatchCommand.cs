using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>peers watch</c>: shows the peers of the running gateway and each change.</summary>
internal static class PeersWatchCommand
{
    public static Command Create()
    {
        Option<bool> json = new("--json") { Description = "Write each change as JSON, one text a line." };
        Option<string?> dataFolder = PeersCommand.DataFolder();
        var command = new Command("watch", "Go on showing the peers until the gateway ends or Ctrl-C.") { json, dataFolder };
        command.SetAction(async (parse, cancellationToken) =>
        {
            GatewayClient client = await RunningGateway.FindAsync(parse.GetValue(dataFolder), cancellationToken);
            ImmutableArray<PeerReport>? seen = null;
            await Watching.RunAsync(client, parse.GetValue(json), status =>
            {
                if (seen is { } before && before.SequenceEqual(status.Peers))
                {
                    return null;
                }

                seen = status.Peers;
                return parse.GetValue(json)
                    ? JsonSerializer.Serialize(status.Peers, GatewayJson.Default.ImmutableArrayPeerReport)
                    : string.Join('\n', status.Peers.IsEmpty ? ["There are no peers."] : PeersView.Of(status.Peers));
            }, cancellationToken);
            return 0;
        });
        return command;
    }
}
