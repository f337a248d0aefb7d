using System.Collections.Frozen;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Transports.Pluggable;

namespace Klyntar.Overlay.Fuzz;

/// <summary>Names below <c>pt.alt</c>, and key files. The first byte says whether the others are a name in Latin-1 or UTF-16, what an address holds, or a file.</summary>
internal sealed class PluggableNameTarget : IFuzzTarget
{
    private static readonly FrozenDictionary<string, PtTarget> Bridges = new Dictionary<string, PtTarget> { ["home"] = BridgeLine.TryRead("snowflake 192.0.2.3:80", out _)! }.ToFrozenDictionary();

    private static readonly Obfs4Identities Identities = new(IPAddress.Loopback);

    public string Name => "pluggable-name";

    public int MaxLength => 700;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        ".pt.alt", ".PT.ALT", "home", ".", "pt", "alt", "\0", "{\"node-id\":\"", "\"private-key\":\"", "\"public-key\":\"", "\"drbg-seed\":\"", "\"iat-mode\":0}", "\",", "\\ud800");

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        ReadOnlySpan<byte> data = input[1..];
        switch (input[0] % 4)
        {
            case 0:
                CheckHost(Encoding.Latin1.GetString(data));
                break;
            case 1:
                CheckHost(new string(MemoryMarshal.Cast<byte, char>(data)));
                break;
            case 2 when data.Length > Obfs4Certificate.Size + 6:
                CheckAddress(data);
                break;
            case 3:
                CheckFile(data);
                break;
        }
    }

    private static void CheckHost(string host)
    {
        ParsedHost parsed = PluggableEndPoint.Parse(host, 80, Bridges);
        Promise.Holds(parsed.Why is null || parsed.EndPoint is null);
        Promise.Holds(parsed.IsClaimed || !host.TrimEnd('.').EndsWith(PluggableEndPoint.Suffix, StringComparison.OrdinalIgnoreCase) || host.EndsWith("..", StringComparison.Ordinal));
        if (parsed.EndPoint is PluggableEndPoint endPoint)
        {
            Promise.Holds(endPoint.Host.EndsWith(PluggableEndPoint.Suffix, StringComparison.Ordinal) && endPoint.Host.Length <= 255);
            Promise.Holds(endPoint.Equals(PluggableEndPoint.Parse(endPoint.Host, 80, Bridges).EndPoint));
            Promise.Holds(endPoint.Equals(PluggableEndPoint.Parse(host.ToUpperInvariant(), 80, Bridges).EndPoint));
        }
    }

    // Mutation does not meet a checksum of four bytes.
    private static void CheckAddress(ReadOnlySpan<byte> data)
    {
        var server = new IPEndPoint(new IPAddress(data.Slice(Obfs4Certificate.Size, 4)), data[^2] | (data[^1] << 8));
        var address = new Obfs4Address(server, data[..Obfs4Certificate.Size].ToArray(), data[^3]);
        ParsedHost parsed = PluggableEndPoint.Parse(address.Host, 80, Bridges);
        Promise.Holds(parsed.IsClaimed && (parsed.EndPoint is null || parsed.EndPoint.Host == address.Host));
        Promise.Holds(parsed.EndPoint is not PluggableEndPoint endPoint || endPoint.Target.Address.Equals(server));
        CheckHost(address.Host + Encoding.Latin1.GetString(data));
    }

    private static void CheckFile(ReadOnlySpan<byte> data)
    {
        IdentityImport import = Identities.Import(data);
        Promise.Holds(import.IsValid || import.Why!.EndsWith('.'));
        if (import.Identity is { } identity)
        {
            Promise.Holds(PluggableEndPoint.Parse(identity.Address, 80, Bridges).EndPoint is not null);
            Promise.Holds(Identities.Import(identity.Secret).Identity!.IsSameKey(identity));
        }
    }
}
