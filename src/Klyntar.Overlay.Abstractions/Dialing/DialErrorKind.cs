namespace Klyntar.Overlay;

/// <summary>Why a dial failed. Each kind has a sentence, SOCKS reply codes and a metric label in <see cref="DialErrors"/>.</summary>
public enum DialErrorKind
{
    /// <summary>No transport claims the name, and there is no way around the overlays.</summary>
    NotAnOverlayName,

    /// <summary>A transport claims the name, but it is not a valid address.</summary>
    InvalidAddress,

    /// <summary>The gateway's rules forbid this dial.</summary>
    NotAllowed,

    /// <summary>Too many dials wait already: for this destination, this client or the whole gateway.</summary>
    TooManyDials,

    /// <summary>The dial would run over a transport that it already runs over.</summary>
    Loop,

    /// <summary>The transport was not ready before the deadline.</summary>
    TransportNotReady,

    /// <summary>The transport has failed and waits for the operator, or it has been stopped.</summary>
    TransportFailed,

    /// <summary>The overlay knows no such address: never published, or not any more.</summary>
    NotFound,

    /// <summary>What the overlay holds about the address is invalid.</summary>
    InvalidDescriptor,

    /// <summary>The service wants a client key and we have none.</summary>
    AuthorizationMissing,

    /// <summary>The service does not accept our client key.</summary>
    AuthorizationWrong,

    /// <summary>The overlay knows the address, but it could not be reached.</summary>
    Unreachable,

    /// <summary>The remote side was reached and has no such port.</summary>
    PortClosed,

    /// <summary>The remote side was reached and its node refused the connection.</summary>
    Refused,

    /// <summary>The deadline passed.</summary>
    TimedOut,

    /// <summary>The caller gave up.</summary>
    Cancelled,

    /// <summary>The helper program answered what its protocol does not allow.</summary>
    ProtocolViolation,

    /// <summary>This machine ran out of descriptors, ports or memory.</summary>
    OutOfResources,

    /// <summary>A bug: the transport threw. It is contained and logged.</summary>
    Internal,
}
