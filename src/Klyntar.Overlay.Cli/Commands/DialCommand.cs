using System.CommandLine;
using System.IO.Pipelines;
using Klyntar.Overlay.Gateway;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Cli;

/// <summary><c>dial</c>: a netcat through the running gateway.</summary>
internal static class DialCommand
{
    public static Command Create()
    {
        Argument<string> target = new("TARGET") { Description = "An overlay address and port, such as abc….onion:7332." };
        Option<string?> dataFolder = CommonOptions.DataFolder();
        Option<int> timeout = new("--timeout") { Description = "How many seconds the dial may take.", HelpName = "SECONDS", DefaultValueFactory = _ => 120 };
        var command = new Command("dial", "Connect standard input and output to an overlay address, for scripts and ssh -o ProxyCommand='klyntar-overlay dial %h:%p'.")
        {
            target, dataFolder, timeout,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            (string host, int port) = ParseTarget(parse.GetValue(target)!);
            GatewayClient client = await RunningGateway.FindAsync(parse.GetValue(dataFolder), cancellationToken);
            return await RunAsync(client, host, port, TimeSpan.FromSeconds(parse.GetValue(timeout)), cancellationToken);
        });
        return command;
    }

    internal static (string Host, int Port) ParseTarget(string target)
    {
        int colon = target.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(target.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out int port) || port is < 1 or > 65535)
        {
            throw new OverlayException($"'{target}' is not an address and a port. Write it as in abc….onion:7332.");
        }

        return (target[..colon], port);
    }

    private static async Task<int> RunAsync(GatewayClient client, string host, int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var dialTime = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        dialTime.CancelAfter(timeout);
        DialResult dial = await client.DialAsync(host, port, dialTime.Token);
        if (!dial.IsConnected)
        {
            throw new OverlayException(dial.Error.ToString());
        }

        await using ConnectionContext connection = dial.Connection;
        await using Stream input = Console.OpenStandardInput();
        await using Stream output = Console.OpenStandardOutput();

        // Reading standard input cannot be cancelled; it is left behind when the other side has ended.
        Task sending = SendAsync(input, connection.Transport.Output, cancellationToken);
        await connection.Transport.Input.CopyToAsync(output, cancellationToken);
        await output.FlushAsync(cancellationToken);
        if (sending.IsFaulted)
        {
            await sending;
        }

        return 0;
    }

    private static async Task SendAsync(Stream input, PipeWriter output, CancellationToken cancellationToken)
    {
        await input.CopyToAsync(output, cancellationToken);
        await output.CompleteAsync();
    }
}
