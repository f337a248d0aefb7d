using System.Net;
using Klyntar.Overlay.Keys;

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

    // A key, a checksum and a version; of I2P a hash, or an encrypted lease set's flags and key.
    private const int OnionSize = 35;
    private const int B32Size = 32;
    private const int B33Size = 35;
    private const int HashDigits = 64;

    /// <summary>Whether all parts are of the forms that they should be. Whether an onion address has its checksum, the transport that dials it tells.</summary>
    public bool IsValid => Port is >= 1 and <= IPEndPoint.MaxPort
        && Certificate.Length == HashDigits && Certificate.All(char.IsAsciiHexDigitLower)
        && Kind switch
        {
            // In its one form: a name would be looked up, and 127.1 is read as 127.0.0.1.
            RecordedEndPointKind.Tcp => IPAddress.TryParse(Address, out IPAddress? ip) && ip.ToString() == Address && !ip.IsIPv4MappedToIPv6,
            RecordedEndPointKind.Onion => IsWritten(Address, OnionSuffix, OnionSize),
            RecordedEndPointKind.I2P => IsWritten(Address, I2PSuffix, B32Size) || IsWritten(Address, I2PSuffix, B33Size),
            _ => false,
        };

    // In its one form: capitals would make two records of one.
    private static bool IsWritten(string address, string suffix, int size) =>
        address.EndsWith(suffix, StringComparison.Ordinal)
        && Base32.TryDecode(address.AsSpan(0, address.Length - suffix.Length), stackalloc byte[size])
        && !address.Any(char.IsAsciiLetterUpper);
}
