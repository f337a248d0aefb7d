using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary><c>peers feed</c>: tells a KLYNTAR node of this machine of the peers, as nodes tell each other: <c>POST /addpeer</c>.</summary>
internal static class PeersFeedCommand
{
    private const int LongestAnswer = 4096;

    public static Command Create()
    {
        Argument<string> node = new("NODE") { Description = "The node's HTTP interface on this machine, such as http://127.0.0.1:7332." };
        Option<string> network = new("--network") { Description = "The network's id, as in the node's genesis (NETWORK_ID).", HelpName = "ID", Required = true };
        Option<int?> port = new("--port") { Description = "The port that the node shall know peers by. Default: each peer's first.", HelpName = "PORT", CustomParser = r => CommonOptions.Number(r, "a port", 1, IPEndPoint.MaxPort) };
        Option<string?> dataFolder = PeersCommand.DataFolder();
        var command = new Command("feed", "Tell a KLYNTAR node of this machine of the peers (POST /addpeer), each by its first address.") { node, network, port, dataFolder };
        command.SetAction(async (parse, cancellationToken) =>
        {
            Uri at = Checked(parse.GetValue(node)!);
            GatewayClient client = await RunningGateway.FindAsync(parse.GetValue(dataFolder), cancellationToken);
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = at, Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = LongestAnswer };
            PeerReport[] peers = [.. (await client.GetStatusAsync(cancellationToken)).Peers.Where(p => !p.IsOwn)];
            if (peers.Length == 0)
            {
                await Terminal.Out.WriteLineAsync("There are no peers to tell of.");
            }

            bool isWhole = true;
            foreach (PeerReport peer in peers)
            {
                string url = UrlOf(peer, parse.GetValue(port));
                string? refused = await TellAsync(http, parse.GetValue(network)!, url, cancellationToken);
                isWhole &= refused is null;
                await Terminal.Out.WriteLineAsync(refused is null ? $"✔ {url}" : $"✘ {url}: {refused}");
            }

            return isWhole ? 0 : Cli.Failed;
        });
        return command;
    }

    private static string UrlOf(PeerReport peer, int? wanted)
    {
        int port = wanted ?? peer.Ports[0].Port;
        string suffix = string.Create(CultureInfo.InvariantCulture, $":{port}");

        // The address that counts for this very port comes before one that counts for all.
        string address = (peer.Addresses.FirstOrDefault(a => a.Address.EndsWith(suffix, StringComparison.Ordinal)) ?? peer.Addresses[0]).Address;
        return $"http://{address.Split(':')[0]}{suffix}";
    }

    // This is the one place of the command that speaks to what is no gateway: it speaks to this machine alone.
    private static Uri Checked(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? node) && node.Scheme == Uri.UriSchemeHttp && IPAddress.TryParse(node.Host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address)
            ? node
            : throw new OverlayException($"A node is told of peers on this machine alone. Write its address, such as http://127.0.0.1:7332, not '{text}'.");

    private static async Task<string?> TellAsync(HttpClient http, string network, string url, CancellationToken cancellationToken)
    {
        try
        {
            // The node reads the body as text, and parses that.
            using var body = new StringContent(JsonSerializer.Serialize<string[]>([network, url]));
            using HttpResponseMessage response = await http.PostAsync(new Uri("/addpeer", UriKind.Relative), body, cancellationToken);
            JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            return answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("ok", out _) ? null : $"the node says {answer}";
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return e is JsonException ? "the answer is none of a KLYNTAR node's" : $"the node does not answer: {e.Message}";
        }
    }
}
