namespace Klyntar.Overlay;

/// <summary>Why a publication was refused.</summary>
public enum PublishErrorKind
{
    /// <summary>The overlay is only dialled.</summary>
    NotSupported,

    /// <summary>The identity belongs to another overlay or is damaged.</summary>
    InvalidIdentity,

    /// <summary>A virtual port is out of range or named twice, or there is none.</summary>
    InvalidPorts,

    /// <summary>An option is invalid or not known to this overlay or helper program.</summary>
    InvalidOptions,

    /// <summary>This transport publishes the identity already.</summary>
    AlreadyPublished,

    /// <summary>The publication would run over a transport that it already runs over.</summary>
    Loop,

    /// <summary>The transport has failed, has been stopped or was never started.</summary>
    TransportFailed,

    /// <summary>The caller gave up.</summary>
    Cancelled,

    /// <summary>A bug: the transport threw. It is contained and logged.</summary>
    Internal,
}
