using System.CommandLine;
using System.Globalization;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>check-client</c>: whether a program goes through the running gateway, and how.</summary>
internal static class CheckClientCommand
{
    private const int UsualWait = 120;
    private const int LongestWait = 600;

    public static Command Create()
    {
        Option<int?> timeout = new("--timeout")
        {
            Description = $"How long to wait for the program, in seconds. Default: {UsualWait}",
            HelpName = "SECONDS",
            CustomParser = result => CommonOptions.Number(result, "seconds", 1, LongestWait),
        };
        Option<string?> dataFolder = CommonOptions.DataFolder(", else the sandbox's");
        var command = new Command("check-client", "Tell whether a program goes through the running gateway's SOCKS door: it shows a name, and the program is to fetch it once.") { timeout, dataFolder };
        command.SetAction(async (parse, cancellationToken) =>
        {
            GatewayClient client = await RunningGateway.FindAsync(parse.GetValue(dataFolder), cancellationToken);
            int seconds = parse.GetValue(timeout) ?? UsualWait;
            await foreach (ClientCheckReport report in client.CheckClientAsync(TimeSpan.FromSeconds(seconds), cancellationToken))
            {
                string told = report switch
                {
                    { Arrival: { } arrival } => Tell(arrival),
                    { IsOver: true } => throw new OverlayException(NothingCame(seconds)),
                    _ => Ask(report.Name, seconds, await DoorsAsync(client, cancellationToken)),
                };
                await Terminal.Out.WriteLineAsync(told);
            }

            return 0;
        });
        return command;
    }

    private static async Task<string> DoorsAsync(GatewayClient client, CancellationToken cancellationToken) =>
        string.Join(" or ", (await client.GetStatusAsync(cancellationToken)).Socks.Select(door => door.Listen));

    private static string Ask(string name, int seconds, string doors) => string.Create(CultureInfo.InvariantCulture, $"""
        Have your program, with its proxy set to {doors}, fetch this once, within {seconds} s:

          http://{name}/

        """);

    private static string Tell(ClientArrival arrival) => $"""
        It came through the SOCKS door on {arrival.Door}, by {arrival.Protocol}, for port {arrival.Port}. It sent the name and did not resolve it.
        {(arrival.Isolation is { } label
            ? $"Its user name and password keep it on circuits of its own (isolation {label})."
            : "It shares circuits with all that come without a user name; a user name and password of any value would keep it on circuits of its own.")}
        """;

    private static string NothingCame(int seconds) => string.Create(CultureInfo.InvariantCulture, $"""
        Nothing came within {seconds} s. Either the program goes past the door, or it resolves names itself, which tells a resolver whom it visits. Have it send names: socks5h:// in the place of socks5://, SOCKS4a in the place of SOCKS4, "proxy DNS" in browsers; and SOCKS in the place of an HTTP proxy, which is asked for pages in a way that the door refuses. docs/recipes.md has lines that work.
        """);
}
