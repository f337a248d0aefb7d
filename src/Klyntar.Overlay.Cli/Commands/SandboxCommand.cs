using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Klyntar.Overlay.Gateway;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Klyntar.Overlay.Cli;

/// <summary><c>sandbox</c>: private networks on this machine, a gateway on them, and a demonstration node that is reached through all of it.</summary>
internal static class SandboxCommand
{
    private const string I2P = "i2p";
    private const int Few = 1;
    private const int Several = 3;

    /// <summary>The data folder of the sandbox's gateway.</summary>
    public static string DataFolder => SandboxStack.GatewayFolderIn(Folder);

    private static string Folder => $"{GatewayOptions.DefaultDataFolder}-sandbox";

    private static string Names => string.Join(", ", SandboxNetwork.Names);

    public static Command Create()
    {
        Option<string[]> with = new("--with")
        {
            Description = $"The overlays to have private networks of: {Names}.",
            HelpName = "OVERLAY",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["tor"],
        };
        with.Validators.Add(Check);
        Option<int> i2pRouters = new("--i2p-routers")
        {
            Description = $"How many routers the private I2P network has, {Few} or {Several}; with {Several} the page goes between two strangers. They need the i2pd of Debian 13, which is unpacked beside.",
            HelpName = "COUNT",
            CustomParser = Routers,
            DefaultValueFactory = _ => Few,
        };
        Option<bool> once = new("--once") { Description = "Exit after the check: 0 when the page came through each overlay, 1 with the reason otherwise." };
        Option<int?> socksPort = CommonOptions.SocksPort();
        Option<string?> folder = new("--folder")
        {
            Description = $"Where the networks and their gateway are kept. Default: {Folder}, and with --once a temporary one",
            HelpName = "FOLDER",
        };
        Option<bool> verbose = CommonOptions.Verbose();
        var command = new Command("sandbox", "Try it all on this machine: a private Tor network, or I2P and ZeroNet too, a node published on it, a page fetched from the node through SOCKS5.")
        {
            with, i2pRouters, once, socksPort, folder, verbose,
        };
        command.Validators.Add(result =>
        {
            string[] overlays = [.. Overlays(result.GetValue(with) ?? [])];
            if (result.GetResult(i2pRouters) is { Implicit: false } && overlays.All(SandboxNetwork.Names.Contains) && !overlays.Contains(I2P))
            {
                result.AddError($"--i2p-routers is for a sandbox that has I2P. Add --with tor,{I2P}.");
            }
        });
        command.SetAction((parse, cancellationToken) =>
        {
            bool isOnce = parse.GetValue(once);
            string? where = parse.GetValue(folder) ?? (isOnce ? null : Folder);
            int port = parse.GetValue(socksPort) ?? SocksDoorOptions.CustomaryPort;
            string[] names = [.. Overlays(parse.GetValue(with)!)];
            return RunAsync([.. names.Select(name => SandboxNetwork.Of(name, names, parse.GetValue(i2pRouters)))], where, isOnce, port, parse.GetValue(verbose), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(ImmutableArray<SandboxNetwork> networks, string? folder, bool once, int socksPort, bool verbose, CancellationToken cancellationToken)
    {
        var steps = new StepList(AnsiConsole.Console, TimeProvider.System);
        using ILoggerFactory loggers = LineLogger.From(verbose ? LogLevel.Debug : LogLevel.Error, steps);
        await using var stack = new SandboxStack(networks, folder, socksPort, loggers, steps);
        steps.Tell($"{string.Join(" and ", stack.Networks.Select((n, i) => $"{(i == 0 ? "A" : "a")} private {n.Title} network"))} on this machine: nothing leaves 127.0.0.0/8.");
        try
        {
            await steps.ShowAsync(() => stack.StartAsync(cancellationToken));
            steps.Tell(string.Create(CultureInfo.InvariantCulture, $"The node answered through {string.Join(" and ", stack.Networks.Select(n => n.Title))} {steps.Elapsed.TotalSeconds:0.0} s after the start."));
            if (once)
            {
                steps.Tell("Stopping …");
                return 0;
            }

            // The addresses of a network that ends with this process are no secret, wherever the output goes.
            steps.Tell($"""

                SOCKS door   {stack.Socks}
                {Lines(stack, n => $"{n.AddressWord,-12} {stack.AddressOn(n)}")}

                In another terminal:
                {Lines(stack, n => $"  curl -x socks5h://{stack.Socks} http://{n.InUrl(stack.AddressOn(n))}/")}
                  ./{StatusCommand.Line(stack.GatewayFolder)}
                  ./klyntar-overlay up --config {stack.JoinFile} --expose PORT

                The last one is a second gateway, on {(stack.Networks.Length == 1 ? "this network" : "these networks")}. Ctrl-C ends the sandbox.
                """);
            await stack.RunAsync(cancellationToken);
            return 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            steps.Tell("Stopping …");
            if (once)
            {
                throw;
            }

            // Ctrl-C and SIGTERM are how a sandbox ends.
            return 0;
        }
    }

    private static string Lines(SandboxStack stack, Func<SandboxNetwork, string> line) => string.Join('\n', stack.Networks.Select(line));

    private static IEnumerable<string> Overlays(string[] words) => words.SelectMany(OverlayNames.Split).Distinct();

    private static int Routers(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int routers) && routers is Few or Several)
        {
            return routers;
        }

        result.AddError($"--i2p-routers takes {Few} or {Several}, not '{text}'.");
        return Few;
    }

    private static void Check(OptionResult result)
    {
        string[] overlays = [.. result.Tokens.SelectMany(t => OverlayNames.Split(t.Value))];
        string[] unknown = [.. overlays.Except(SandboxNetwork.Names)];
        if (unknown.Length > 0 || (overlays.Length == 0 && !result.Implicit))
        {
            result.AddError($"--with: there is {(unknown.Length > 0 ? $"no private network of '{unknown[0]}'" : "no overlay named")}. Write one of {Names}, or several with commas between.");
        }
    }
}
