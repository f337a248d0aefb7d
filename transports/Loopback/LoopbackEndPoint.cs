using System.Net;
using System.Text;

namespace Klyntar.Overlay.Transports.Loopback;

/// <summary>An address of this machine under a name: <c>127.0.0.1.loopback</c>, also written <c>localhost.loopback</c>.</summary>
internal sealed class LoopbackEndPoint : OverlayEndPoint
{
    public const string OverlayName = "loopback";
    public const string Suffix = ".loopback";

    private const int MaxHostLength = 255;
    private const int AddressBytes = 4;
    private const byte FirstByte = 127;

    public LoopbackEndPoint(IPAddress address, int port)
        : base(OverlayName, HostOf(address), port) => Socket = new IPEndPoint(address, port);

    /// <summary>What is connected to: always of 127.0.0.0/8.</summary>
    public IPEndPoint Socket { get; }

    /// <summary>Nothing here is worth hiding, and nothing that is shown leads off this machine.</summary>
    public override string Redacted => Suffix;

    public static string HostOf(IPAddress address) => address + Suffix;

    public static ParsedHost ParseHost(string host, int port)
    {
        ReadOnlySpan<char> name = host.AsSpan();
        if (name is [.. var rest, '.'])
        {
            name = rest;
        }

        if (!name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) || !Ascii.IsValid(name[^Suffix.Length..]))
        {
            return ParsedHost.NotClaimed;
        }

        if (name.Length > MaxHostLength)
        {
            return ParsedHost.Invalid($"it is longer than {MaxHostLength} characters");
        }

        ReadOnlySpan<char> address = name[..^Suffix.Length];
        if (address.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return ParsedHost.Valid(new LoopbackEndPoint(IPAddress.Loopback, port));
        }

        return TryParseAddress(address) is { } parsed
            ? ParsedHost.Valid(new LoopbackEndPoint(parsed, port))
            : ParsedHost.Invalid($"before {Suffix} stands 'localhost' or an address from 127.0.0.0 to 127.255.255.255, and nothing else");
    }

    // Four decimal numbers and nothing else: the system's parser also reads 0x7f.1 and 017700000001.
    private static IPAddress? TryParseAddress(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[AddressBytes];
        int count = 0;
        foreach (Range part in text.Split('.'))
        {
            ReadOnlySpan<char> number = text[part];
            if (count == AddressBytes
                || number.Length is 0 or > 3
                || number.ContainsAnyExceptInRange('0', '9')
                || (number.Length > 1 && number[0] == '0')
                || !byte.TryParse(number, out bytes[count++]))
            {
                return null;
            }
        }

        return count == AddressBytes && bytes[0] == FirstByte ? new IPAddress(bytes) : null;
    }
}
