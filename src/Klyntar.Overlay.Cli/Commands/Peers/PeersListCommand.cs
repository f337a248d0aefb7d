using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>peers list</c>: the peers of the running gateway, for people, as JSON or as lines of a hosts file.</summary>
internal static class PeersListCommand
{
    public static Command Create()
    {
        Option<bool> json = new("--json") { Description = "Write them as JSON." };
        Option<bool> hosts = new("--hosts") { Description = "Write lines for a hosts file: each peer's loopback address, its addresses and its name." };
        Option<string?> dataFolder = PeersCommand.DataFolder();
        var command = new Command("list", "Show the running gateway's peers: their loopback addresses, ports and how dials go.") { json, hosts, dataFolder };
        command.SetAction(async (parse, cancellationToken) =>
        {
            GatewayClient client = await RunningGateway.FindAsync(parse.GetValue(dataFolder), cancellationToken);
            ImmutableArray<PeerReport> peers = (await client.GetStatusAsync(cancellationToken)).Peers;
            if (parse.GetValue(json))
            {
                await Terminal.Out.WriteLineAsync(JsonSerializer.Serialize(peers, GatewayJson.Indented.ImmutableArrayPeerReport));
                return 0;
            }

            IEnumerable<string> lines = parse.GetValue(hosts)
                ? PeersView.Hosts(peers)
                : peers.IsEmpty ? ["There are no peers. 'klyntar-overlay peers add NAME ADDRESS --ports PORT' adds one."] : PeersView.Of(peers);
            foreach (string line in lines)
            {
                await Terminal.Out.WriteLineAsync(line);
            }

            return 0;
        });
        return command;
    }
}
