using System.Runtime.InteropServices;
using System.Text;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.Fuzz;

/// <summary>Host names that may be I2P's. The first byte says whether the others are Latin-1, UTF-16, the key of an encrypted lease set, or a destination.</summary>
internal sealed class I2PHostTarget : IFuzzTarget
{
    private const int PublicKeySize = 32;

    public string Name => "i2p-host";

    public int MaxLength => 700;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        ".i2p", ".I2P", ".b32.i2p", "i2p", ".", "www.", "\0", "b32", "router", "-", "xn--", "rekbtqnz4gzigd5fhqjjtp4cb7rzib4rkhze754wthzvtjha3dua", "w2f32atkotkx6yo2yzn6kzrelrj627b24t3fkmn6usfuzcpke3wlfx7f",
        "\x05\0\x04\0\x07\0\0", "\0\0\0");

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
            case 2 when data.Length >= PublicKeySize:
                // Mutation does not meet a checksum of three bytes often enough.
                string host = new BlindedAddress(data[..PublicKeySize].ToArray(), I2PDestination.Ed25519, NeedsSecret: false, NeedsClientKey: data[0] > 127).Host;
                Promise.Holds(I2PEndPoint.Parse(host, 80).EndPoint is I2PEndPoint { Kind: I2PHostKind.Blinded } endPoint && endPoint.Host == host);
                CheckHost(host + Encoding.Latin1.GetString(data[PublicKeySize..]));
                break;
            case 3:
                CheckDestination(data);
                break;
        }
    }

    private static void CheckHost(string host)
    {
        ParsedHost parsed = I2PEndPoint.Parse(host, 80);
        Promise.Holds(parsed.IsClaimed == I2PHost.IsClaimed(host));
        Promise.Holds(parsed.Why is null || (parsed.EndPoint is null && parsed.Why.All(static c => c is >= ' ' and < '\x7f')));
        Promise.Holds(parsed.IsClaimed || !host.TrimEnd('.').EndsWith(".i2p", StringComparison.OrdinalIgnoreCase));
        if (parsed.EndPoint is { } endPoint)
        {
            Promise.Holds(endPoint.Host.EndsWith(".i2p", StringComparison.Ordinal) && !endPoint.Host.AsSpan().ContainsAnyInRange('A', 'Z'));
            Promise.Holds(endPoint.Equals(I2PEndPoint.Parse(endPoint.Host, 80).EndPoint));
            Promise.Holds(host.Length > 255 || endPoint.Equals(I2PEndPoint.Parse(host.ToUpperInvariant(), 80).EndPoint));
        }
    }

    private static void CheckDestination(ReadOnlySpan<byte> data)
    {
        Promise.Holds(I2PDestination.TryRead(data, out I2PDestination? destination, out string? why) == (why is null));
        if (destination is not null)
        {
            Promise.Holds(data.StartsWith(destination.Bytes));
            Promise.Holds(I2PDestination.TryParse(destination.ToBase64(), out I2PDestination? again, out _) && again.Host == destination.Host);
            Promise.Holds(I2PEndPoint.Parse(destination.ToBase64(), 80).EndPoint?.Host == destination.Host);
        }
    }
}
