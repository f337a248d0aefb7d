namespace Klyntar.Overlay.Gateway;

/// <summary>The names of a gateway's own sockets in its data folder.</summary>
internal static class AdminSockets
{
    /// <summary>HTTP: status.</summary>
    public const string Status = "gateway.sock";

    /// <summary>SOCKS5, for the gateway's own user: dials.</summary>
    public const string Dial = "dial.sock";

    /// <summary>On the dial socket a failure's reply code is this plus its <see cref="DialErrorKind"/>, so that no cause is lost.</summary>
    public const byte DialErrorBase = 0x80;
}
