namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The table of tor's SOCKS reply codes, plain and extended.</summary>
/// <remarks>
/// RFC 1928, section 6;
/// <a href="https://spec.torproject.org/socks-extensions.html#extended-error-codes">socks-extensions, extended error codes</a>
/// (ExtendedErrors); and what tor 0.4.9 answered to each case.
/// </remarks>
internal static class SocksReplies
{
    /// <summary>What a code other than 0 means.</summary>
    public static DialErrorKind ToDialErrorKind(byte code) => code switch
    {
        0x01 => DialErrorKind.Refused, // the service's target refused; also a circuit that broke
        0x02 => DialErrorKind.NotAllowed,
        0x03 => DialErrorKind.Unreachable,
        0x04 => DialErrorKind.NotFound, // without extended codes: no descriptor, or the service is down
        0x05 => DialErrorKind.PortClosed,
        0x06 => DialErrorKind.TimedOut,
        0xF0 => DialErrorKind.NotFound,
        0xF1 => DialErrorKind.InvalidDescriptor,
        0xF2 => DialErrorKind.Unreachable, // introduction failed
        0xF3 => DialErrorKind.Unreachable, // rendezvous failed
        0xF4 => DialErrorKind.AuthorizationMissing,
        0xF5 => DialErrorKind.AuthorizationWrong,
        0xF6 => DialErrorKind.InvalidAddress,
        0xF7 => DialErrorKind.TimedOut, // introduction timed out
        _ => DialErrorKind.ProtocolViolation,
    };

    /// <summary>What tor said, for the log and status.</summary>
    public static string Detail(byte code) => code switch
    {
        0x01 => "SOCKS reply 01: the service's own node refused, or its circuit broke",
        0x02 => "SOCKS reply 02: not allowed by tor's rules",
        0x05 => "SOCKS reply 05: the service has no such port",
        0xF0 => "SOCKS reply F0: no descriptor found",
        0xF1 => "SOCKS reply F1: invalid descriptor",
        0xF2 => "SOCKS reply F2: introduction failed",
        0xF3 => "SOCKS reply F3: rendezvous failed",
        0xF4 => "SOCKS reply F4: client authorization missing",
        0xF5 => "SOCKS reply F5: client authorization wrong",
        0xF6 => "SOCKS reply F6: invalid onion address",
        0xF7 => "SOCKS reply F7: introduction timed out",
        _ => $"SOCKS reply {code:X2}",
    };
}
