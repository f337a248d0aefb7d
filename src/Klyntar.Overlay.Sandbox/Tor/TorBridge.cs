using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Sandbox;

/// <summary>A bridge of a private network: a relay that no directory lists, reached through obfs4.</summary>
public sealed class TorBridge : IAsyncDisposable
{
    private readonly TorNode _node;

    private TorBridge(TorNode node, string line, string fingerprint)
    {
        _node = node;
        Line = line;
        Fingerprint = fingerprint;
    }

    /// <summary>What its users write into their configuration, without the word Bridge.</summary>
    public string Line { get; }

    /// <summary>The fingerprint of its identity key, 40 hexadecimal digits.</summary>
    public string Fingerprint { get; }

    /// <summary>Ends it.</summary>
    public ValueTask DisposeAsync() => _node.DisposeAsync();

    internal static async Task<TorBridge> StartAsync(HelperProgram tor, HelperProgram obfs4, ImmutableArray<string> joining, IPAddress address, TorNodeFolder folder, TimeProvider clock, CancellationToken cancellationToken)
    {
        ImmutableArray<int> ports = LoopbackAddress.ChoosePorts(address, 2);
        IPEndPoint listen = new(address, ports[0]);
        TorNode node = await TorNode.StartAsync("bridge", tor, folder, SandboxTorrc.OfBridge(joining, folder, listen, ports[1], obfs4.Path), clock, cancellationToken);
        try
        {
            string? fingerprint = null;
            string? certificate = null;
            await node.PollAsync("launching obfs4", async (control, c) =>
            {
                fingerprint ??= await control.TryGetInfoAsync("fingerprint", c);
                certificate ??= await CertificateAsync(folder, c);
                return fingerprint is not null && certificate is not null;
            }, cancellationToken);
            return new TorBridge(node, $"obfs4 {listen} {fingerprint} {certificate} iat-mode=0", fingerprint!);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    // obfs4proxy leaves a line for the operator to complete: "Bridge obfs4 <IP ADDRESS>:<PORT> <FINGERPRINT> cert=… iat-mode=0".
    private static async Task<string?> CertificateAsync(TorNodeFolder folder, CancellationToken cancellationToken)
    {
        string file = Path.Combine(folder.Path, "pt_state", "obfs4_bridgeline.txt");
        string text = File.Exists(file) ? await File.ReadAllTextAsync(file, cancellationToken) : "";
        return Array.Find(text.Split([' ', '\n']), word => word.StartsWith("cert=", StringComparison.Ordinal));
    }
}
