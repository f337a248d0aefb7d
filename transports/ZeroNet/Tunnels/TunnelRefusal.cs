namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Why a gateway gives no tunnel. The words are those on the wire.</summary>
internal static class TunnelRefusal
{
    /// <summary>No service of that address is published there.</summary>
    public const string UnknownSite = "Unknown site";

    /// <summary>The service has no such port.</summary>
    public const string NoSuchPort = "No such port";

    /// <summary>Too many visitors of the service wait to be accepted, or too many streams are open.</summary>
    public const string Busy = "Too many visitors";

    /// <summary>The proof is not valid, or there was no challenge that it could answer.</summary>
    public const string BadProof = "Bad proof";

    /// <summary>The connection is not encrypted: a proof on it could be carried elsewhere.</summary>
    public const string NotEncrypted = "TLS is required";

    /// <summary>Another version of the tunnel's protocol is asked for.</summary>
    public const string OtherVersion = "Unknown tunnel version";

    /// <summary>What a refusal means for a dial. Any words give an answer.</summary>
    public static DialErrorKind ToDialError(string? words) => words switch
    {
        UnknownSite => DialErrorKind.NotFound,
        NoSuchPort => DialErrorKind.PortClosed,
        Busy => DialErrorKind.Refused,
        _ => DialErrorKind.ProtocolViolation,
    };

    /// <summary>A refusal as it may be shown: the other side can write anything.</summary>
    public static string Printable(string? words) =>
        words is UnknownSite or NoSuchPort or Busy or BadProof or NotEncrypted or OtherVersion ? $"its gateway says: {words}" : "its gateway refuses in words that are not known here";
}
