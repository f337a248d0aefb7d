namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>How a ZeroNet peer broke the protocol.</summary>
internal enum MessageViolation
{
    /// <summary>A message longer than the cap, or one that says it will be.</summary>
    FrameTooLong,

    /// <summary>More nesting than any message needs.</summary>
    TooDeep,

    /// <summary>More values in a message than any needs.</summary>
    TooManyValues,

    /// <summary>A message that is no map: not this protocol at all.</summary>
    NotAMap,

    /// <summary>The byte 0xc1, which MessagePack never uses.</summary>
    ReservedByte,

    /// <summary>An extension type, of which the protocol has none.</summary>
    ExtensionType,

    /// <summary>A field without which the message means nothing.</summary>
    MissingField,

    /// <summary>A field of another type than its name says.</summary>
    WrongType,

    /// <summary>A number with a fraction, where a whole one is due.</summary>
    NotAnInteger,

    /// <summary>A number below zero, where nothing is below zero.</summary>
    NegativeNumber,

    /// <summary>A number beyond what the field can hold.</summary>
    NumberTooLarge,

    /// <summary>A text that is not UTF-8.</summary>
    NotText,

    /// <summary>A text longer than the cap.</summary>
    TextTooLong,

    /// <summary>More entries in a list or map than the cap.</summary>
    TooManyEntries,

    /// <summary>Bytes of another length than the field has.</summary>
    WrongLength,
}
