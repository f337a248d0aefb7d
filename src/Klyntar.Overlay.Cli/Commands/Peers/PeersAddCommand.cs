using System.CommandLine;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>peers add</c>: adds a peer to the running gateway, which keeps it.</summary>
internal static class PeersAddCommand
{
    public static Command Create()
    {
        Argument<string> name = PeersCommand.Name();
        Argument<string[]> addresses = new("ADDRESS") { Description = "A name on an overlay, such as ….onion; with a port, such as ….b32.i2p:7332, where it counts for that one alone. Several are raced.", Arity = ArgumentArity.OneOrMore };
        Option<int[]> ports = new("--ports") { Description = "The peer's ports. Default: those that its addresses name.", HelpName = "PORT", AllowMultipleArgumentsPerToken = true };
        Option<string?> loopback = new("--loopback") { Description = "Its loopback address. Default: one that the gateway picks and keeps.", HelpName = "ADDRESS" };
        Option<string?> warm = new("--warm") { Description = "How often to dial it, so that circuits are ready, such as 2m.", HelpName = "TIME" };
        Option<bool> isolatePorts = new("--isolate-ports") { Description = "Give each port circuits of its own." };
        Option<string?> dialAs = new("--dial-as") { Description = "The service as which to dial it where the overlay tells who dials, as I2P does. Default: as a stranger.", HelpName = "SERVICE" };
        Option<string?> dataFolder = PeersCommand.DataFolder();
        var command = new Command("add", "Add a peer to the running gateway, which keeps it; one of that name that was added before is replaced.") { name, addresses, ports, loopback, warm, isolatePorts, dialAs, dataFolder };
        command.SetAction(async (parse, cancellationToken) =>
        {
            GatewayClient client = await RunningGateway.FindAsync(parse.GetValue(dataFolder), cancellationToken);
            var peer = new PeerOptions
            {
                Addresses = parse.GetValue(addresses)!,
                Ports = parse.GetValue(ports) ?? [],
                Loopback = parse.GetValue(loopback),
                Warm = Time(parse.GetValue(warm)),
                IsolatePorts = parse.GetValue(isolatePorts),
                DialAs = parse.GetValue(dialAs),
            };
            PeerReport added = await client.AddPeerAsync(parse.GetValue(name)!, peer, cancellationToken);
            foreach (string line in PeersView.Of([added]))
            {
                await Terminal.Out.WriteLineAsync(line);
            }

            return added.Ports.All(p => p.State != PeerPortState.Blocked) ? 0 : Cli.Failed;
        });
        return command;
    }

    private static TimeSpan? Time(string? text) => text is null ? null
        : TimeSpanConverter.TryParse(text, out TimeSpan time) ? time
        : throw new OverlayException($"--warm takes a time with its unit, such as 30s, 2m or 1h, not '{text}'.");
}
