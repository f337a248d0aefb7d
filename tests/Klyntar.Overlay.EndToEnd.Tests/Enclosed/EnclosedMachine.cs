using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Sandbox;
using Klyntar.Overlay.Transports.ZeroNet;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>
/// Runs in a network namespace of its own: brings up private networks and a gateway, takes tor and i2pd away, asks the gateway for
/// overlay names and others, and reports the replies and every packet that tried to leave.
/// </summary>
internal static class EnclosedMachine
{
    public const string Mode = "enclosed";

    /// <summary>What the system's resolver asks for in the end, to show that it would have been seen.</summary>
    public const string ControlName = "control.example";

    // What must be refused, with the overlays or without.
    private static readonly string[] Others = ["example.com", "www.example.com", "localhost", "198.51.100.7", "node.loki"];

    public static async Task<int> RunAsync(string[] args)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        CancellationToken cancelled = limit.Token;
        using WayOut wayOut = WayOut.Open();
        foreach (string command in (string[])
        [
            "link set lo up",
            $"addr add 192.0.2.2/24 dev {WayOut.Name}",
            $"-6 addr add 2001:db8::2/64 dev {WayOut.Name} nodad",
            $"link set {WayOut.Name} up",
            $"route add default dev {WayOut.Name}",
            $"-6 route add default dev {WayOut.Name}",
        ])
        {
            await RunAsync("ip", command.Split(' '), cancelled);
        }

        var report = new EnclosedReport();
        string folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;
        try
        {
            await ReportAsync(report, args, folder, wayOut, cancelled);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(report));
        return 0;
    }

    private static async Task ReportAsync(EnclosedReport report, string[] args, string folder, WayOut wayOut, CancellationToken cancelled)
    {
        // Copies that can be taken away, so that neither comes back.
        var programs = new CopiedPrograms(folder, JsonSerializer.Deserialize<Dictionary<string, HelperProgram>>(args[0])!);
        await using PrivateTorNetwork network = await PrivateTorNetwork.StartAsync(new PrivateTorNetworkOptions { Programs = programs }, cancelled);
        await using DemoNode node = await DemoNode.StartAsync(cancellationToken: cancelled);
        await using TestGateway gateway = await TestGateway.StartAsync(
            network.ClientTorrc,
            programs,
            new Dictionary<string, IReadOnlyDictionary<int, EndPoint>> { ["node"] = new Dictionary<int, EndPoint> { [80] = node.EndPoint } },
            dialTimeout: TimeSpan.FromSeconds(3),
            configure: options => options with
            {
                Transports = new Dictionary<string, object?>(options.Transports) { ["i2p"] = PrivateI2PNetwork.SoloOptions(), ["zeronet"] = ZeroNet() },
                Services = options.Services.ToDictionary(s => s.Key, s => s.Value with { On = ["tor", "i2p", "zeronet"] }),
            },
            cancellationToken: cancelled);
        string onion = gateway.Host("node", "tor", 80);
        string destination = gateway.Host("node", "i2p", 80);
        string site = gateway.Host("node", "zeronet", 80);
        using (HttpClient http = gateway.CreateHttpClient())
        {
            report.WasReached = node.IsMine(await http.GetStringAsync(new Uri($"http://{onion}/"), cancelled))
                && node.IsMine(await http.GetStringAsync(new Uri($"http://{destination}/"), cancelled))
                && node.IsMine(await http.GetStringAsync(new Uri($"http://{Caseless(site)}/"), cancelled));
        }

        await AskAsync(gateway, [.. Others, "node.i2p"], report.RepliesWhileUp, cancelled);

        programs.TakeAway();
        OtherProcess.Kill(await TorObserver.ProcessIdAsync(gateway.TransportFolder, cancelled));
        OtherProcess.Kill(OtherProcess.WithArgument($"--datadir={Path.Join(gateway.DataFolder, "i2p", "router", "data")}"));
        GatewayStatus status = await gateway.WaitForAsync(s => s.Transports.All(t => t.State != TransportState.Ready), cancelled);
        report.StatusWhileDown = [.. status.Transports.Select(t => $"{t.Name} {t.State}: {t.Detail}")];
        await AskAsync(gateway, [.. Others, onion, destination, site], report.RepliesWhileDown, cancelled);
        report.RepliesWhileDown["RESOLVE"] = await AskRawAsync(gateway, [5, 1, 0, 5, 0xF0, 0, 3, (byte)onion.Length, .. Encoding.ASCII.GetBytes(onion), 0, 0], skip: 3, cancelled);
        report.RepliesWhileDown["SOCKS4a"] = await AskRawAsync(gateway, [4, 1, 0, 80, 0, 0, 0, 1, 0, .. Encoding.ASCII.GetBytes(onion), 0], skip: 1, cancelled);
        report.RepliesWhileDown["CONNECT"] = await AskRawAsync(gateway, Encoding.ASCII.GetBytes($"CONNECT {onion}:80 HTTP/1.1\r\nHost: {onion}:80\r\n\r\n"), skip: 9, cancelled);
        report.Packets = wayOut.Packets;

        // Were anything to leave, it would be seen.
        await RunAsync("getent", ["hosts", ControlName], cancelled);
        using var datagram = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await datagram.SendToAsync("control"u8.ToArray(), new IPEndPoint(IPAddress.Parse("198.51.100.1"), 9), cancelled);
        while (!wayOut.Packets.Contains("UDP 198.51.100.1:9"))
        {
            await Task.Delay(10, cancelled);
        }

        report.ControlPackets = wayOut.Packets;
    }

    // Over Tor alone: those that are on the ordinary network must not be asked, whoever wrote them.
    private static ZeroNetOptions ZeroNet() => new()
    {
        Over = ["tor"],
        Trackers = ["zero://198.51.100.9:26552", "udp://198.51.100.9:6969", "http://198.51.100.9:6969/announce"],
        Peers = ["198.51.100.9:26552"],
        DialTimeout = TimeSpan.FromSeconds(10),
    };

    private static string Caseless(string host) => ZeroNetHost.TryParse(host, out ZeroNetAddress? site, out string? why) ? ZeroNetHost.CaselessNameOf(site) : throw new InvalidOperationException(why);

    private static async Task AskAsync(TestGateway gateway, IEnumerable<string> hosts, Dictionary<string, int> replies, CancellationToken cancelled)
    {
        foreach (string host in hosts)
        {
            (Socket? socket, byte reply) = await gateway.TryDialAsync(host, 80, null, cancelled);
            socket?.Dispose();
            replies[host.EndsWith(".onion", StringComparison.Ordinal) ? "onion" : host.EndsWith(".i2p", StringComparison.Ordinal) ? "i2p" : host.EndsWith(".zeronet", StringComparison.Ordinal) ? "zeronet" : host] = reply;
        }
    }

    private static async Task<int> AskRawAsync(TestGateway gateway, byte[] request, int skip, CancellationToken cancelled)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(gateway.Socks, cancelled);
        await socket.SendAllAsync(request, cancelled);
        return (await socket.ReceiveExactlyAsync(skip + 1, cancelled))[skip];
    }

    private static async Task RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancelled)
    {
        var info = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (string argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(info)!;
        await process.WaitForExitAsync(cancelled);
    }
}
