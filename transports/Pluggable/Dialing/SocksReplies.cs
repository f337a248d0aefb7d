using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Translates what a client program's SOCKS5 port answers (RFC 1928, section 6) into the one vocabulary.</summary>
internal static class SocksReplies
{
    /// <summary>What became of a dial that was not connected.</summary>
    public static DialError ToError(SocksClientReply reply) => reply.End switch
    {
        SocksClientEnd.Replied => new DialError(KindOf(reply.Code), PluggableEndPoint.OverlayName, $"the program replied with SOCKS code {reply.Code}"),

        // It learns what is wrong with a connection's arguments when it is told them.
        SocksClientEnd.CredentialsRefused => new DialError(DialErrorKind.InvalidAddress, PluggableEndPoint.OverlayName, "the program does not accept the bridge's arguments"),
        SocksClientEnd.Closed => new DialError(DialErrorKind.Unreachable, PluggableEndPoint.OverlayName, "the program closed the connection before its reply"),
        _ => new DialError(DialErrorKind.ProtocolViolation, PluggableEndPoint.OverlayName, $"the program {reply.Violation}"),
    };

    // Programs say 1 for whatever fails: obfs4proxy for a connection that was refused, and for a server that it does not know by its certificate.
    private static DialErrorKind KindOf(byte code) => code switch
    {
        2 => DialErrorKind.NotAllowed,
        5 => DialErrorKind.Refused,
        7 or 8 => DialErrorKind.ProtocolViolation,
        _ => DialErrorKind.Unreachable,
    };
}
