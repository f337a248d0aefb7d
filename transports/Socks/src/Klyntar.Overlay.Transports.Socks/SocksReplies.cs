namespace Klyntar.Overlay.Transports.Socks;

/// <summary>What a server's reply means. F0 to F7 are tor's, which other gateways' doors say as well; the others are of RFC 1928, section 6.</summary>
internal static class SocksReplies
{
    // The contract's own table, from kinds to codes, read backwards.
    private static readonly DialErrorKind[] ExtendedKinds = [.. Enum.GetValues<DialErrorKind>().Where(kind => kind.ExtendedSocksReply() >= 0xF0)];

    /// <summary>What a code other than 0 means.</summary>
    public static DialErrorKind ToDialErrorKind(byte code) => code switch
    {
        0x01 => DialErrorKind.Unreachable, // general failure: most servers say it for whatever went wrong
        0x02 => DialErrorKind.NotAllowed,
        0x03 => DialErrorKind.Unreachable,
        0x04 => DialErrorKind.Unreachable, // and names that could not be resolved
        0x05 => DialErrorKind.Refused,
        0x06 => DialErrorKind.TimedOut, // TTL expired
        0xF3 => DialErrorKind.Unreachable, // rendezvous failed
        0x08 => DialErrorKind.InvalidAddress, // address type not supported
        _ => ExtendedKinds.FirstOrDefault(kind => kind.ExtendedSocksReply() == code, DialErrorKind.ProtocolViolation),
    };
}
