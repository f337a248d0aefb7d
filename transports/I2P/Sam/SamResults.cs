namespace Klyntar.Overlay.Transports.I2P;

/// <summary>The table of RESULT: what each value is in the vocabulary of dials, and for a person.</summary>
/// <remarks>SAM 3.3, and what i2pd 2.45.1 and 2.56.0 answered to each case.</remarks>
internal static class SamResults
{
    private static readonly Dictionary<string, SamResult> Words = new(StringComparer.Ordinal)
    {
        ["OK"] = SamResult.Ok,
        ["ALREADY_ACCEPTING"] = SamResult.AlreadyAccepting,
        ["CANT_REACH_PEER"] = SamResult.CantReachPeer,
        ["DUPLICATED_DEST"] = SamResult.DuplicatedDestination,
        ["DUPLICATED_ID"] = SamResult.DuplicatedId,
        ["I2P_ERROR"] = SamResult.I2PError,
        ["INVALID_ID"] = SamResult.InvalidId,
        ["INVALID_KEY"] = SamResult.InvalidKey,
        ["KEY_NOT_FOUND"] = SamResult.KeyNotFound,
        ["LEASESET_NOT_FOUND"] = SamResult.LeaseSetNotFound,
        ["NOVERSION"] = SamResult.NoVersion,
        ["PEER_NOT_FOUND"] = SamResult.PeerNotFound,
        ["TIMEOUT"] = SamResult.TimedOut,
    };

    /// <summary>Reads a word.</summary>
    public static SamResult Parse(string word) => Words.GetValueOrDefault(word);

    /// <summary>What the refusal of a STREAM CONNECT or NAMING LOOKUP means.</summary>
    public static DialErrorKind ToDialErrorKind(SamResult result) => result switch
    {
        SamResult.CantReachPeer => DialErrorKind.Unreachable, // i2pd: no lease set, or our own session is not ready
        SamResult.LeaseSetNotFound => DialErrorKind.NotFound,
        SamResult.PeerNotFound => DialErrorKind.NotFound,
        SamResult.KeyNotFound => DialErrorKind.NotFound,
        SamResult.InvalidKey => DialErrorKind.NotFound, // what was asked for is valid: to i2pd an unknown name is an invalid key
        SamResult.TimedOut => DialErrorKind.TimedOut,
        SamResult.I2PError => DialErrorKind.Unreachable,
        SamResult.InvalidId => DialErrorKind.Unreachable, // our session has ended, and is made again
        _ => DialErrorKind.ProtocolViolation,
    };

    /// <summary>What a refusal means, as a sentence.</summary>
    public static string Sentence(SamResult result) => result switch
    {
        SamResult.AlreadyAccepting => "another program accepts on this session already.",
        SamResult.CantReachPeer => "the other side is not reached.",
        SamResult.DuplicatedDestination => "the identity is in use on this router already. End the program that uses it.",
        SamResult.DuplicatedId => "a session of that name exists already.",
        SamResult.I2PError => "something failed within it.",
        SamResult.InvalidId => "it knows no such session.",
        SamResult.InvalidKey => "it does not take the key.",
        SamResult.KeyNotFound => "it does not know the name.",
        SamResult.LeaseSetNotFound => "the network knows no such destination.",
        SamResult.NoVersion => "it speaks no SAM version from 3.1 to 3.3. Use a newer router.",
        SamResult.PeerNotFound => "the other side is not found.",
        SamResult.TimedOut => "it took too long.",
        SamResult.Ok => "it consents.",
        _ => "its answer is not known.",
    };
}
