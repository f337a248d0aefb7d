using System.CommandLine;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>peers remove</c>: removes a peer that was added to the running gateway.</summary>
internal static class PeersRemoveCommand
{
    public static Command Create()
    {
        Argument<string> name = PeersCommand.Name();
        Option<string?> dataFolder = PeersCommand.DataFolder();
        var command = new Command("remove", "Remove a peer that was added. Its connections end; its loopback address is kept for it, should it come again.") { name, dataFolder };
        command.SetAction(async (parse, cancellationToken) =>
        {
            GatewayClient client = await RunningGateway.FindAsync(parse.GetValue(dataFolder), cancellationToken);
            await client.RemovePeerAsync(parse.GetValue(name)!, cancellationToken);
            await Terminal.Out.WriteLineAsync($"The peer {parse.GetValue(name)} is removed.");
            return 0;
        });
        return command;
    }
}
