namespace Klyntar.Overlay.Transports.I2P;

/// <summary>The values of RESULT (SAM 3.3, "SAM Errors").</summary>
internal enum SamResult
{
    /// <summary>One that is not known.</summary>
    Unknown,

    /// <summary>OK.</summary>
    Ok,

    /// <summary>ALREADY_ACCEPTING.</summary>
    AlreadyAccepting,

    /// <summary>CANT_REACH_PEER.</summary>
    CantReachPeer,

    /// <summary>DUPLICATED_DEST.</summary>
    DuplicatedDestination,

    /// <summary>DUPLICATED_ID.</summary>
    DuplicatedId,

    /// <summary>I2P_ERROR.</summary>
    I2PError,

    /// <summary>INVALID_ID.</summary>
    InvalidId,

    /// <summary>INVALID_KEY.</summary>
    InvalidKey,

    /// <summary>KEY_NOT_FOUND.</summary>
    KeyNotFound,

    /// <summary>LEASESET_NOT_FOUND.</summary>
    LeaseSetNotFound,

    /// <summary>NOVERSION.</summary>
    NoVersion,

    /// <summary>PEER_NOT_FOUND.</summary>
    PeerNotFound,

    /// <summary>TIMEOUT.</summary>
    TimedOut,
}
