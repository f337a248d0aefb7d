using System.Runtime.InteropServices;
using System.Text;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Fuzz;

/// <summary>Host names that may be onion addresses. The first byte says whether the others are Latin-1, UTF-16 or a public key.</summary>
internal sealed class OnionAddressTarget : IFuzzTarget
{
    private const int PublicKeySize = 32;
    private const int MaxHostLength = 255;

    public string Name => "onion-address";

    public int MaxLength => 600;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        ".onion", ".ONION", "onion", ".", "www.", "\0", "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd", "expyuzz4wqqyqhjn", "\x02\x30", "\x0e\xff", "\x61\xff");

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        ReadOnlySpan<byte> data = input[1..];
        switch (input[0] % 3)
        {
            case 0:
                CheckHost(Encoding.Latin1.GetString(data));
                break;
            case 1:
                CheckHost(new string(MemoryMarshal.Cast<byte, char>(data)));
                break;
            case 2 when data.Length >= PublicKeySize:
                // Mutation does not meet a checksum of two bytes often enough.
                OnionAddress made = OnionAddress.FromPublicKey(data[..PublicKeySize]);
                string host = made.Host + Encoding.Latin1.GetString(data[PublicKeySize..]);
                CheckHost(host);
                Promise.Holds(OnionAddress.IsClaimed(made.Host));
                Promise.Holds(OnionAddress.TryParse(made.Host, out OnionAddress? address, out string? why)
                    ? address.Host == made.Host
                    : why.Contains("public key", StringComparison.Ordinal));
                break;
        }
    }

    private static void CheckHost(string host)
    {
        ParsedHost parsed = TorEndPoint.Parse(host, 80);
        Promise.Holds(parsed.IsClaimed == OnionAddress.IsClaimed(host));
        Promise.Holds(parsed.Why is null || (parsed.EndPoint is null && parsed.Why.All(static c => c is >= ' ' and < '\x7f')));
        Promise.Holds(parsed.IsClaimed || !host.TrimEnd('.').EndsWith(".onion", StringComparison.OrdinalIgnoreCase));
        if (parsed.EndPoint is { } endPoint)
        {
            Promise.Holds(endPoint.Host.Length == OnionAddress.LabelLength + OnionAddress.Suffix.Length && !endPoint.Host.AsSpan().ContainsAnyInRange('A', 'Z'));
            Promise.Holds(endPoint.Equals(TorEndPoint.Parse(endPoint.Host, 80).EndPoint));
            Promise.Holds(endPoint.Equals(TorEndPoint.Parse(host.ToUpperInvariant(), 80).EndPoint));
            Promise.Holds(host.Length > MaxHostLength - 4 || endPoint.Equals(TorEndPoint.Parse("www." + host, 80).EndPoint));
            Promise.Holds(!endPoint.Redacted.Contains(endPoint.Host[..8], StringComparison.Ordinal));
        }
    }
}
