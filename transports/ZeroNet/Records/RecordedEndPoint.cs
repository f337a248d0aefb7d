using System.Buffers;
using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Where a gateway's ZeroNet peer port is reached.</summary>
/// <param name="Kind">Over what.</param>
/// <param name="Address">The IP address, or the name on the overlay in lower case.</param>
/// <param name="Port">The port, 1 to 65535.</param>
/// <param name="Certificate">The SHA-256 of the TLS certificate there, as 64 hexadecimal digits in lower case.</param>
internal sealed record RecordedEndPoint(RecordedEndPointKind Kind, string Address, int Port, string Certificate)
{
    private const string OnionSuffix = ".onion";
    private const string I2PSuffix = ".b32.i2p";
    private const int OnionLength = 56;
    private const int ShortestB32 = 52;
    private const int LongestB33 = 63;
    private const int HashDigits = 64;

    private static readonly SearchValues<char> Base32 = SearchValues.Create("abcdefghijklmnopqrstuvwxyz234567");

    /// <summary>Whether all parts are of the forms that they should be. Whether an onion address has its checksum, the transport that dials it tells.</summary>
    public bool IsValid => Port is >= 1 and <= IPEndPoint.MaxPort
        && Certificate.Length == HashDigits && Certificate.All(char.IsAsciiHexDigitLower)
        && Kind switch
        {
            // In its one form: a name would be looked up, and 127.1 is read as 127.0.0.1.
            RecordedEndPointKind.Tcp => IPAddress.TryParse(Address, out IPAddress? ip) && ip.ToString() == Address && !ip.IsIPv4MappedToIPv6,
            RecordedEndPointKind.Onion => IsBase32(Address, OnionSuffix, OnionLength, OnionLength),
            RecordedEndPointKind.I2P => IsBase32(Address, I2PSuffix, ShortestB32, LongestB33),
            _ => false,
        };

    private static bool IsBase32(string address, string suffix, int least, int most) =>
        address.EndsWith(suffix, StringComparison.Ordinal)
        && address.Length - suffix.Length is int length && length >= least && length <= most
        && !address.AsSpan(0, length).ContainsAnyExcept(Base32);
}
