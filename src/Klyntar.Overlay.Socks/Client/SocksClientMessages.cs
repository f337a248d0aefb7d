using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Klyntar.Overlay.Socks;

/// <summary>What a client sends: RFC 1928 sections 3 and 4, RFC 1929.</summary>
internal static class SocksClientMessages
{
    public static void Validate(SocksClientRequest request)
    {
        // The host stays out of the message: it may end in a log.
        if (!Enum.IsDefined(request.Command))
        {
            throw new ArgumentException("The command is none of SOCKS5.", nameof(request));
        }

        if (HostName.Read(Encoding.UTF8.GetBytes(request.Host), out _, out IPAddress? address) is { } refusal)
        {
            throw new ArgumentException(refusal.Sentence(), nameof(request));
        }

        if (request.Command == SocksCommand.ResolvePtr && address is null)
        {
            throw new ArgumentException("A reverse look-up is of an address.", nameof(request));
        }

        if (request.Port is < 0 or > IPEndPoint.MaxPort)
        {
            throw new ArgumentException("A port is 0 to 65535.", nameof(request));
        }

        if (request.Credentials is { } credentials && Math.Max(credentials.User.Length, credentials.Password.Length) > SocksCredentials.MaxLength)
        {
            throw new ArgumentException($"User name and password have at most {SocksCredentials.MaxLength} bytes each.", nameof(request));
        }

        if (!request.Payload.IsEmpty && (!request.Optimistic || request.Command != SocksCommand.Connect))
        {
            throw new ArgumentException("A payload goes with an optimistic connection only.", nameof(request));
        }
    }

    /// <summary>All messages and the payload, for one segment.</summary>
    public static byte[] All(SocksClientRequest request) =>
        [.. Greeting(request), .. request.Credentials is null ? [] : Password(request), .. Request(request), .. request.Payload.Span];

    public static byte[] Greeting(SocksClientRequest request) =>
        [Socks5Wire.Version, 1, request.Credentials is null ? Socks5Wire.MethodNone : Socks5Wire.MethodPassword];

    public static byte[] Password(SocksClientRequest request)
    {
        (ReadOnlyMemory<byte> user, ReadOnlyMemory<byte> password) = request.Credentials!.Value;
        return [Socks5Wire.PasswordVersion, (byte)user.Length, .. user.Span, (byte)password.Length, .. password.Span];
    }

    public static byte[] Request(SocksClientRequest request)
    {
        byte[] host = Encoding.ASCII.GetBytes(request.Host);
        HostName.Read(host, out _, out IPAddress? address);
        byte[] wire = address?.AddressFamily switch
        {
            null => [Socks5Wire.AddressDomain, (byte)host.Length, .. host],
            AddressFamily.InterNetwork => [Socks5Wire.AddressV4, .. address.GetAddressBytes()],
            _ => [Socks5Wire.AddressV6, .. address.GetAddressBytes()],
        };
        return [Socks5Wire.Version, (byte)request.Command, 0x00, .. wire, (byte)(request.Port >> 8), (byte)request.Port];
    }
}
