using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Klyntar.Overlay.Processes;

namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>A node as KLYNTAR's core is one: fastify, and npm's websocket library with the subprotocol echo-protocol.</summary>
internal sealed class NodeTarget : IAsyncDisposable
{
    private readonly HelperProcess _process;

    private NodeTarget(HelperProcess process, string nonce, Ports ports)
    {
        _process = process;
        Nonce = nonce;
        Http = new IPEndPoint(IPAddress.Loopback, ports.Http);
        WebSocket = new IPEndPoint(IPAddress.Loopback, ports.Ws);
    }

    /// <summary>What all its answers hold, so that whoever reads one knows that it reached this node.</summary>
    public string Nonce { get; }

    /// <summary>Where it serves HTTP.</summary>
    public IPEndPoint Http { get; }

    /// <summary>Where it takes WebSockets.</summary>
    public IPEndPoint WebSocket { get; }

    /// <summary>Starts one on free ports.</summary>
    /// <param name="packages">The libraries that it is made of.</param>
    /// <param name="repositories">The folder of git repositories that it serves as files.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<NodeTarget> StartAsync(NpmPackages packages, string repositories, CancellationToken cancellationToken)
    {
        string nonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        Ports? ports = null;
        (HelperProcess? process, string whyNot) = await ListeningProcess.StartAsync(
            new HelperProcessOptions
            {
                Name = "node",
                Program = new HelperProgram(Program(), "test"),
                Arguments = [packages.PathOf("node.mjs"), nonce, repositories],
                WorkingDirectory = packages.Folder,
            },
            line => (ports = JsonSerializer.Deserialize<Ports>(line, JsonSerializerOptions.Web)) is not null,
            cancellationToken);
        return process is not null ? new NodeTarget(process, nonce, ports!) : throw new InvalidOperationException(whyNot);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>Where Node is.</summary>
    public static string Program() => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "node")).First(File.Exists);

    private sealed record Ports(int Http, int Ws);
}
