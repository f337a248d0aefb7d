using System.CommandLine;
using System.Globalization;
using Klyntar.Overlay.Gateway;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Cli;

/// <summary><c>dial</c>: a netcat through the running gateway.</summary>
internal static class DialCommand
{
    private const int DefaultTimeout = 120;

    public static Command Create()
    {
        Argument<string> target = new("ADDRESS:PORT") { Description = "An overlay address and a port, such as abc….onion:7332 or abc….b32.i2p:7332; on ZeroNet perhaps with peers to ask, as in '1abc….zeronet:7332?zeronet_peers=HOST:PORT,HOST:PORT'." };
        Option<string?> dataFolder = CommonOptions.DataFolder(", else the sandbox's");
        Option<int?> timeout = new("--timeout")
        {
            Description = $"How many seconds the dial may take. Default: {DefaultTimeout}",
            HelpName = "SECONDS",
            CustomParser = result => CommonOptions.Number(result, "seconds", 1, 86_400),
        };
        var command = new Command("dial", "Connect standard input and output to an overlay address, as netcat does: ssh -o ProxyCommand='klyntar-overlay dial %h:%p' …")
        {
            target, dataFolder, timeout,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            (string host, int port) = ParseTarget(parse.GetValue(target)!);
            GatewayClient client = await RunningGateway.FindAsync(parse.GetValue(dataFolder), cancellationToken);
            await using ConnectionContext connection = await DialAsync(client, host, port, TimeSpan.FromSeconds(parse.GetValue(timeout) ?? DefaultTimeout), cancellationToken);
            await using Stream input = Console.OpenStandardInput();
            await using Stream output = StandardOutput.Open();
            await NetcatSession.RunAsync(connection, input, output, cancellationToken);
            return 0;
        });
        return command;
    }

    internal static (string Host, int Port) ParseTarget(string target)
    {
        if (!WrittenName.TryParse(target, out WrittenName name, out string? why) || name.Host.Length == 0 || name.Port is not { } port)
        {
            throw new OverlayException($"'{target}' is not an address and a port. {(why is null ? "" : why + " ")}Write it as in abc….onion:7332.");
        }

        return (name.WithoutPort, port);
    }

    private static async Task<ConnectionContext> DialAsync(GatewayClient client, string host, int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using CancellationTokenSource dialTime = Deadline.After(timeout, TimeProvider.System).CreateLinkedSource(cancellationToken);
        DialResult dial = await client.DialAsync(host, port, dialTime.Token);
        if (dial.IsConnected)
        {
            return dial.Connection;
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new OverlayException(dialTime.IsCancellationRequested
            ? string.Create(CultureInfo.InvariantCulture, $"There was no connection within {timeout.TotalSeconds} s. 'klyntar-overlay status' shows whether the overlay is ready; --timeout allows more time.")
            : dial.Error.ToString());
    }
}
