using System.Collections.Frozen;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The words that metrics may carry: tor's own of the control-spec, in lower case, and <c>other</c> for any that is not among them.</summary>
internal static class MetricLabels
{
    public const string Other = "other";

    private static readonly FrozenDictionary<string, string> CircuitPurposes = Set(
        "GENERAL", "HS_CLIENT_HSDIR", "HS_CLIENT_INTRO", "HS_CLIENT_REND", "HS_SERVICE_HSDIR", "HS_SERVICE_INTRO", "HS_SERVICE_REND",
        "HS_VANGUARDS", "TESTING", "CONTROLLER", "MEASURE_TIMEOUT", "PATH_BIAS_TESTING", "CIRCUIT_PADDING", "CONFLUX_LINKED", "CONFLUX_UNLINKED");

    private static readonly FrozenDictionary<string, string> CircuitReasons = Set(
        "NONE", "TORPROTOCOL", "INTERNAL", "REQUESTED", "HIBERNATING", "RESOURCELIMIT", "CONNECTFAILED", "OR_IDENTITY", "OR_CONN_CLOSED", "CHANNEL_CLOSED",
        "TIMEOUT", "FINISHED", "DESTROYED", "NOPATH", "NOSUCHSERVICE", "MEASUREMENT_EXPIRED", "IP_NOW_REDUNDANT");

    private static readonly FrozenDictionary<string, string> StreamPurposes = Set("USER", "DIR_FETCH", "DIR_UPLOAD", "DIRPORT_TEST", "DNS_REQUEST");

    private static readonly FrozenDictionary<string, string> StreamReasons = Set(
        "MISC", "RESOLVEFAILED", "CONNECTREFUSED", "EXITPOLICY", "DESTROY", "DONE", "TIMEOUT", "NOROUTE", "HIBERNATING", "INTERNAL", "RESOURCELIMIT",
        "CONNRESET", "TORPROTOCOL", "NOTDIRECTORY", "END", "PRIVATE_ADDR", "NET_UNREACHABLE", "SOCKSPROTOCOL", "CANT_ATTACH");

    /// <summary>What a circuit is for (control-spec, section 4.1.1).</summary>
    public static string CircuitPurpose(string? purpose) => Of(CircuitPurposes, purpose);

    /// <summary>Why a circuit failed (section 4.1.1).</summary>
    public static string CircuitReason(string? reason) => Of(CircuitReasons, reason);

    /// <summary>What a stream is for (section 4.1.2).</summary>
    public static string StreamPurpose(string? purpose) => Of(StreamPurposes, purpose);

    /// <summary>Why a stream failed (section 4.1.2).</summary>
    public static string StreamReason(string? reason) => Of(StreamReasons, reason);

    private static string Of(FrozenDictionary<string, string> set, string? word) => word is not null && set.TryGetValue(word, out string? label) ? label : Other;

    private static FrozenDictionary<string, string> Set(params string[] words) => words.ToFrozenDictionary(w => w, w => w.ToLowerInvariant(), StringComparer.Ordinal);
}
