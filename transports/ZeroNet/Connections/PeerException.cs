namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A ZeroNet peer's connection that does not do what it should. The message is for logs: without addresses, and without the peer's own words.</summary>
internal sealed class PeerException : OverlayException
{
    private PeerException(string message, PeerFailure failure, MessageViolation? violation, Exception? inner)
        : base(message, inner)
    {
        Failure = failure;
        Violation = violation;
    }

    /// <summary>What went wrong.</summary>
    public PeerFailure Failure { get; }

    /// <summary>Which rule of the messages was broken; null where it was another.</summary>
    public MessageViolation? Violation { get; }

    /// <summary>A failure of a kind.</summary>
    /// <param name="failure">The kind.</param>
    /// <param name="inner">What is behind it.</param>
    public static PeerException Of(PeerFailure failure, Exception? inner = null) => new(
        failure switch
        {
            PeerFailure.Closed => "The ZeroNet peer closed the connection. Dial it again, or another peer.",
            PeerFailure.Disposed => "The connection to the ZeroNet peer was closed on this side.",
            PeerFailure.Reset => "The connection to the ZeroNet peer was cut. Dial it again, or another peer.",
            PeerFailure.TimedOut => "The ZeroNet peer did not answer or read in time. Dial another peer.",
            PeerFailure.Idle => "The connection to the ZeroNet peer was closed since nothing was said for long.",
            PeerFailure.NotEncrypted => "The ZeroNet peer does not encrypt, though its record names a certificate. Check that the end point is the peer's.",
            PeerFailure.WrongCertificate => "The ZeroNet peer has another certificate than its record names. Read the record anew; if it stays, somebody sits in between.",
            PeerFailure.TlsFailed => "TLS with the ZeroNet peer failed. It may speak in clear only, or be no ZeroNet peer.",
            PeerFailure.Refused => "The ZeroNet peer refuses the handshake. Check that it is a ZeroNet peer.",
            PeerFailure.Busy => "Too much is asked of the ZeroNet peer at once. Wait for earlier answers.",
            PeerFailure.UnknownCommands => "The ZeroNet peer was closed since it asked for unknown commands again and again.",
            PeerFailure.UnaskedAnswers => "The ZeroNet peer was closed since it answered what was not asked again and again.",
            PeerFailure.Overloaded => "The ZeroNet peer was closed since too much is being received from peers at once.",
            PeerFailure.HandedOver => "The connection to the ZeroNet peer carries a stream and takes no requests. Dial the peer again.",
            PeerFailure.Failed => "This side failed while it answered a ZeroNet peer. Report it with the error behind it.",
            _ => "The ZeroNet peer broke the protocol. Check that it is a ZeroNet peer.",
        },
        failure,
        null,
        inner);

    /// <summary>A message that breaks a rule.</summary>
    public static PeerException Of(MessageViolation violation) => new(
        $"The ZeroNet peer broke the protocol ({violation}). Check that it is a ZeroNet peer.",
        PeerFailure.Violation,
        violation,
        null);

    /// <summary>The same failure for one more caller: an exception is thrown once, so that each has its own stack.</summary>
    public PeerException Again() => new(Message, Failure, Violation, this);
}
