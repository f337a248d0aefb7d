using System.Collections.Immutable;
using System.CommandLine;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>peers test</c>: dials every address of peers, and says how it went.</summary>
internal static class PeersTestCommand
{
    public static Command Create()
    {
        Argument<string?> name = new("NAME") { Description = "One peer's name; all of them without.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> dataFolder = PeersCommand.DataFolder();
        var command = new Command("test", "Dial every address of the peers, at each of their ports, and say how it went.") { name, dataFolder };
        command.SetAction(async (parse, cancellationToken) =>
        {
            GatewayClient client = await RunningGateway.FindAsync(parse.GetValue(dataFolder), cancellationToken);
            ImmutableArray<PeerTestReport> tested = await client.TestPeersAsync(parse.GetValue(name), cancellationToken);
            foreach (string line in tested.IsEmpty ? ["There is nothing to dial."] : PeersView.Of(tested))
            {
                await Terminal.Out.WriteLineAsync(line);
            }

            // A peer is well where one of its addresses is.
            return tested.GroupBy(t => (t.Peer, t.Port)).All(g => g.Any(t => t.Error is null)) ? 0 : Cli.Failed;
        });
        return command;
    }
}
