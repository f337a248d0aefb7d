namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Why a peer's connection ended, or why something that was asked of it came to nothing.</summary>
internal enum PeerFailure
{
    /// <summary>The peer closed it in good order.</summary>
    Closed,

    /// <summary>This side closed it.</summary>
    Disposed,

    /// <summary>It was cut: by a reset, or by an end inside a message or without TLS's own end.</summary>
    Reset,

    /// <summary>The peer did not answer, did not end its message, or took nothing of what it was sent, in time.</summary>
    TimedOut,

    /// <summary>Nobody said anything for a long time.</summary>
    Idle,

    /// <summary>The peer broke the protocol; <see cref="PeerException.Violation"/> may tell how.</summary>
    Violation,

    /// <summary>A certificate was expected, and the peer does not encrypt.</summary>
    NotEncrypted,

    /// <summary>The peer has another certificate than was expected.</summary>
    WrongCertificate,

    /// <summary>TLS did not come about. After <see cref="PeerEncryption.Implicit"/> the peer may not know that form.</summary>
    TlsFailed,

    /// <summary>The peer refused the handshake.</summary>
    Refused,

    /// <summary>Too much is asked of the peer at once. The connection goes on.</summary>
    Busy,

    /// <summary>The peer asked for commands that do not exist again and again.</summary>
    UnknownCommands,

    /// <summary>The peer answered what nobody had asked again and again.</summary>
    UnaskedAnswers,

    /// <summary>The peer is held to have more than there is room for now.</summary>
    Overloaded,

    /// <summary>The connection was given up to the use of its bytes, and speaks this protocol no more.</summary>
    HandedOver,

    /// <summary>This side failed: a bug, which the inner exception tells.</summary>
    Failed,
}
