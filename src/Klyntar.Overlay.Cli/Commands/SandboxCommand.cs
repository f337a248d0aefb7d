using System.CommandLine;
using Klyntar.Overlay.Gateway;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Klyntar.Overlay.Cli;

/// <summary><c>sandbox</c>: a private Tor network on this machine, a gateway on it, and a demonstration node that is reached through both.</summary>
internal static class SandboxCommand
{
    private const string ServiceName = "demo";

    /// <summary>The data folder of the sandbox's gateway.</summary>
    public static string DataFolder => Path.Combine(Folder, "gateway");

    private static string Folder => $"{GatewayOptions.DefaultDataFolder}-sandbox";

    public static Command Create()
    {
        Option<bool> once = new("--once") { Description = "Exit after the check: 0 when the page came through Tor, 1 with the reason otherwise." };
        Option<int?> socksPort = CommonOptions.SocksPort();
        Option<string?> folder = new("--folder")
        {
            Description = $"Where the network and its gateway are kept. Default: {Folder}; with --once a temporary one.",
            HelpName = "FOLDER",
        };
        Option<bool> verbose = CommonOptions.Verbose();
        var command = new Command("sandbox", "Start a private Tor network on loopback, publish a demonstration node on it and fetch a page from the node through SOCKS5.")
        {
            once, socksPort, folder, verbose,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            string? given = parse.GetValue(folder);
            bool isTemporary = given is null && parse.GetValue(once);
            string where = Path.GetFullPath(given ?? (isTemporary ? Directory.CreateTempSubdirectory("klyntar-sandbox-").FullName : Folder));
            try
            {
                return await RunAsync(where, parse.GetValue(once), parse.GetValue(socksPort), parse.GetValue(verbose), cancellationToken);
            }
            finally
            {
                if (isTemporary)
                {
                    Directory.Delete(where, recursive: true);
                }
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(string folder, bool once, int? socksPort, bool verbose, CancellationToken cancellationToken)
    {
        IAnsiConsole console = AnsiConsole.Console;
        console.WriteLine("A private Tor network on this machine: nothing leaves 127.0.0.0/8.");
        using ILoggerFactory loggers = Log.To(verbose ? LogLevel.Debug : LogLevel.Error);
        var steps = new StepList(console, TimeProvider.System);
        await using var stack = new SandboxStack(folder, loggers, steps);
        try
        {
            await steps.ShowAsync(() => stack.StartAsync(socksPort, ServiceName, cancellationToken));
            console.WriteLine($"The node answered through Tor {steps.Elapsed.TotalSeconds:0.0} s after the start.");
            if (once)
            {
                return 0;
            }

            console.WriteLine();
            console.WriteLine($"SOCKS door   {stack.Socks}");
            console.WriteLine($"Onion        {stack.Onion}");
            console.WriteLine();
            console.WriteLine("In another terminal:");
            console.WriteLine($"  curl -x socks5h://{stack.Socks} http://{stack.Onion}/");
            console.WriteLine($"  ./klyntar-overlay status{(folder == Folder ? "" : $" --data-folder {stack.GatewayFolder}")}");
            console.WriteLine($"  ./klyntar-overlay up --config {stack.JoinFile} --expose PORT     # a second gateway, on this network");
            console.WriteLine();
            console.WriteLine("Ctrl-C ends it.");
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            console.WriteLine("Stopping …");
            return once ? Cli.Failed : 0;
        }

        return 0;
    }
}
