using System.CommandLine;
using System.Globalization;
using Klyntar.Overlay.Gateway;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Klyntar.Overlay.Cli;

/// <summary><c>sandbox</c>: a private Tor network on this machine, a gateway on it, and a demonstration node that is reached through both.</summary>
internal static class SandboxCommand
{
    /// <summary>The data folder of the sandbox's gateway.</summary>
    public static string DataFolder => SandboxStack.GatewayFolderIn(Folder);

    private static string Folder => $"{GatewayOptions.DefaultDataFolder}-sandbox";

    public static Command Create()
    {
        Option<bool> once = new("--once") { Description = "Exit after the check: 0 when the page came through Tor, 1 with the reason otherwise." };
        Option<int?> socksPort = CommonOptions.SocksPort();
        Option<string?> folder = new("--folder")
        {
            Description = $"Where the network and its gateway are kept. Default: {Folder}, and with --once a temporary one",
            HelpName = "FOLDER",
        };
        Option<bool> verbose = CommonOptions.Verbose();
        var command = new Command("sandbox", "Try it all on this machine: a private Tor network, a node published on it, a page fetched from the node through SOCKS5.")
        {
            once, socksPort, folder, verbose,
        };
        command.SetAction((parse, cancellationToken) =>
        {
            bool isOnce = parse.GetValue(once);
            string? where = parse.GetValue(folder) ?? (isOnce ? null : Folder);
            int port = parse.GetValue(socksPort) ?? SocksDoorOptions.CustomaryPort;
            return RunAsync(where, isOnce, port, parse.GetValue(verbose), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(string? folder, bool once, int socksPort, bool verbose, CancellationToken cancellationToken)
    {
        var steps = new StepList(AnsiConsole.Console, TimeProvider.System);
        using ILoggerFactory loggers = LineLogger.From(verbose ? LogLevel.Debug : LogLevel.Error, steps);
        steps.Tell("A private Tor network on this machine: nothing leaves 127.0.0.0/8.");
        await using var stack = new SandboxStack(folder, socksPort, loggers, steps);
        try
        {
            await steps.ShowAsync(() => stack.StartAsync(cancellationToken));
            steps.Tell(string.Create(CultureInfo.InvariantCulture, $"The node answered through Tor {steps.Elapsed.TotalSeconds:0.0} s after the start."));
            if (once)
            {
                steps.Tell("Stopping …");
                return 0;
            }

            // The addresses of a network that ends with this process are no secret, wherever the output goes.
            steps.Tell($"""

                SOCKS door   {stack.Socks}
                Onion        {stack.Onion}

                In another terminal:
                  curl -x socks5h://{stack.Socks} http://{stack.Onion}/
                  ./{StatusCommand.Line(stack.GatewayFolder)}
                  ./klyntar-overlay up --config {stack.JoinFile} --expose PORT

                The last one is a second gateway, on this network. Ctrl-C ends the sandbox.
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
}
