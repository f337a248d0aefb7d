namespace Klyntar.Overlay.Transports.I2P;

/// <summary>How a SAM bridge broke the protocol, or failed to speak it.</summary>
internal enum SamViolation
{
    /// <summary>A line without an end.</summary>
    LineTooLong,

    /// <summary>A control character, or a byte that is no ASCII.</summary>
    NotText,

    /// <summary>A quotation without an end, or a key without a name.</summary>
    BadSyntax,

    /// <summary>More values in a line than any answer has.</summary>
    TooManyValues,

    /// <summary>An answer without a RESULT.</summary>
    NoResult,

    /// <summary>An answer to something else than was asked.</summary>
    OtherAnswer,

    /// <summary>What should be a destination is none.</summary>
    BadDestination,

    /// <summary>More PINGs than anybody needs.</summary>
    TooManyPings,

    /// <summary>No answer in time.</summary>
    Silent,

    /// <summary>The connection ended before the answer.</summary>
    Closed,
}
