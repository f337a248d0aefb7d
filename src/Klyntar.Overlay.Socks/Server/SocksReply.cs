using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Klyntar.Overlay.Socks;

/// <summary>The replies to a <see cref="SocksRequest"/>, as bytes in the client's protocol.</summary>
public static class SocksReply
{
    private const byte Socks4Granted = 0x5A;
    private const byte Socks4Rejected = 0x5B;

    private static readonly byte[] Socks5Connected = Socks5(0x00, IPAddress.Any);
    private static readonly byte[] Socks4Connected = Socks4(Socks4Granted, IPAddress.Any);
    private static readonly byte[] HttpConnected = "HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray();

    /// <summary>The connection is made; the stream's bytes follow. The bound address is all zeros: there is none on an overlay.</summary>
    /// <param name="protocol">The client's protocol.</param>
    public static ReadOnlyMemory<byte> Connected(SocksProtocol protocol) => protocol switch
    {
        SocksProtocol.Socks5 => Socks5Connected,
        SocksProtocol.Socks4 => Socks4Connected,
        _ => HttpConnected,
    };

    /// <summary>The dial or look-up failed. SOCKS5 carries the cause as a code, HTTP as a status and a sentence, SOCKS4 not at all.</summary>
    /// <param name="protocol">The client's protocol.</param>
    /// <param name="kind">Why.</param>
    /// <param name="extended">Whether the door's SOCKS5 clients know tor's extended codes, F0 to F7.</param>
    public static ReadOnlyMemory<byte> Failed(SocksProtocol protocol, DialErrorKind kind, bool extended) => protocol switch
    {
        SocksProtocol.Socks5 => Socks5(extended ? kind.ExtendedSocksReply() : kind.SocksReply(), IPAddress.Any),
        SocksProtocol.Socks4 => Socks4(Socks4Rejected, IPAddress.Any),
        _ => Http(kind.HttpStatus(), kind.Sentence()),
    };

    /// <summary>The answer to <see cref="SocksCommand.Resolve"/>. SOCKS4 has no room for an IPv6 address: the reply is then a rejection.</summary>
    /// <param name="protocol">The client's protocol: SOCKS5 or SOCKS4.</param>
    /// <param name="address">The address of the name.</param>
    public static ReadOnlyMemory<byte> Resolved(SocksProtocol protocol, IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return protocol switch
        {
            SocksProtocol.Socks5 => Socks5(0x00, address),
            SocksProtocol.Socks4 when address.AddressFamily == AddressFamily.InterNetwork => Socks4(Socks4Granted, address),
            SocksProtocol.Socks4 => Socks4(Socks4Rejected, IPAddress.Any),
            _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, "HTTP knows no look-ups."),
        };
    }

    /// <summary>The answer to <see cref="SocksCommand.ResolvePtr"/>, which only SOCKS5 has.</summary>
    /// <param name="host">The name of the address: 1 to 255 ASCII characters.</param>
    public static ReadOnlyMemory<byte> ResolvedName(string host)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        if (host.Length > Socks5Wire.MaxHostLength || !Ascii.IsValid(host))
        {
            throw new ArgumentException("A host name has at most 255 ASCII characters.", nameof(host));
        }

        return (byte[])[Socks5Wire.Version, 0x00, 0x00, Socks5Wire.AddressDomain, (byte)host.Length, .. Encoding.ASCII.GetBytes(host), 0, 0];
    }

    /// <summary>The HTTP status by which a CONNECT learns of a failed dial.</summary>
    /// <param name="kind">Why the dial failed.</param>
    public static int HttpStatus(this DialErrorKind kind) => kind switch
    {
        DialErrorKind.InvalidAddress => 400,
        DialErrorKind.NotAnOverlayName or DialErrorKind.NotAllowed or DialErrorKind.Loop => 403,
        DialErrorKind.AuthorizationMissing or DialErrorKind.AuthorizationWrong => 403,
        DialErrorKind.NotFound => 404,
        DialErrorKind.InvalidDescriptor or DialErrorKind.Unreachable or DialErrorKind.PortClosed or DialErrorKind.Refused => 502,
        DialErrorKind.TransportFailed or DialErrorKind.ProtocolViolation => 502,
        DialErrorKind.TransportNotReady or DialErrorKind.TooManyDials or DialErrorKind.OutOfResources or DialErrorKind.Cancelled => 503,
        DialErrorKind.TimedOut => 504,
        _ => 500,
    };

    /// <summary>What a client is told before it is refused.</summary>
    internal static ReadOnlyMemory<byte> Refused(SocksProtocol protocol, SocksRefusal refusal) => protocol switch
    {
        SocksProtocol.Socks5 => Socks5(refusal.SocksReply(), IPAddress.Any),
        SocksProtocol.Socks4 => Socks4(Socks4Rejected, IPAddress.Any),
        _ => Http(refusal.HttpStatus(), refusal.Sentence()),
    };

    private static byte[] Socks5(byte code, IPAddress bound)
    {
        byte[] address = bound.GetAddressBytes();
        byte type = address.Length == 4 ? Socks5Wire.AddressV4 : Socks5Wire.AddressV6;
        return [Socks5Wire.Version, code, 0x00, type, .. address, 0, 0];
    }

    private static byte[] Socks4(byte code, IPAddress bound) => [0x00, code, 0, 0, .. bound.GetAddressBytes()];

    private static byte[] Http(int status, string sentence)
    {
        string phrase = status switch
        {
            400 => "Bad Request",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            407 => "Proxy Authentication Required",
            408 => "Request Timeout",
            431 => "Request Header Fields Too Large",
            502 => "Bad Gateway",
            503 => "Service Unavailable",
            504 => "Gateway Timeout",
            505 => "HTTP Version Not Supported",
            _ => "Internal Server Error",
        };
        string also = status switch
        {
            405 => "Allow: CONNECT\r\n",
            407 => "Proxy-Authenticate: Basic realm=\"klyntar-overlay\"\r\n",
            _ => "",
        };
        byte[] body = Encoding.UTF8.GetBytes(sentence + "\n");
        string head = $"HTTP/1.1 {status} {phrase}\r\n{also}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }
}
