using System.Text;
using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Gateway;

/// <summary>The names of a gateway's own sockets in its data folder.</summary>
internal static class AdminSockets
{
    /// <summary>HTTP: status.</summary>
    public const string Status = "gateway.sock";

    /// <summary>SOCKS5, for the gateway's own user: dials.</summary>
    public const string Dial = "dial.sock";

    /// <summary>What a name says beyond its host, as the credentials of a request on the dial socket, which are nothing else there; null where it says nothing.</summary>
    public static (ReadOnlyMemory<byte> User, ReadOnlyMemory<byte> Password)? CredentialsOf(WrittenName name)
    {
        if (!name.IsExtended)
        {
            return null;
        }

        byte[] said = Encoding.ASCII.GetBytes($"{name.Overlay}?{name.Query}");
        int first = Math.Min(said.Length, SocksCredentials.MaxLength);
        return (said.AsMemory(0, first), said.AsMemory(first));
    }

    /// <summary>The name that a request on the dial socket is for.</summary>
    public static WrittenName NameOf(SocksRequest request)
    {
        string said = Encoding.ASCII.GetString([.. request.User.Span, .. request.Password.Span]);
        int question = said.IndexOf('?', StringComparison.Ordinal);
        return new WrittenName(request.Host!, null, said[(question + 1)..] is { Length: > 0 } query ? query : request.Query, question > 0 ? said[..question] : null);
    }

    /// <summary>On the dial socket a failure's reply code is this plus its <see cref="DialErrorKind"/>, so that no cause is lost.</summary>
    public const byte DialErrorBase = 0x80;
}
