namespace Klyntar.Overlay.Socks;

/// <summary>The numbers of RFC 1928 and RFC 1929.</summary>
internal static class Socks5Wire
{
    public const byte Version = 0x05;

    public const byte MethodNone = 0x00;
    public const byte MethodPassword = 0x02;
    public const byte MethodRefused = 0xFF;

    /// <summary>The version of the user name and password negotiation (RFC 1929).</summary>
    public const byte PasswordVersion = 0x01;

    public const byte AddressV4 = 0x01;
    public const byte AddressDomain = 0x03;
    public const byte AddressV6 = 0x04;

    public const int MaxHostLength = 255;
}
