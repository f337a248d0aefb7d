namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What a control port did that its protocol does not allow.</summary>
internal enum ControlViolation
{
    /// <summary>A line is longer than <see cref="ControlLimits.LineLength"/>.</summary>
    LineTooLong,

    /// <summary>A message has more lines than <see cref="ControlLimits.Lines"/>.</summary>
    TooManyLines,

    /// <summary>A message is longer than <see cref="ControlLimits.MessageLength"/>.</summary>
    MessageTooLong,

    /// <summary>A line ends in LF without CR.</summary>
    BareLineFeed,

    /// <summary>A reply line holds a CR that is not its end.</summary>
    BareCarriageReturn,

    /// <summary>A line does not start with a status code from 200 to 699.</summary>
    NoStatusCode,

    /// <summary>A status code is not followed by a space, <c>-</c> or <c>+</c>.</summary>
    NoSeparator,

    /// <summary>A line of an event within a reply, or of a reply within an event.</summary>
    MixedMessage,

    /// <summary>The connection ended within a message.</summary>
    EndedWithinMessage,

    /// <summary>The connection ended within a data block, before the line with the dot that ends it.</summary>
    EndedWithinData,

    /// <summary>A reply without a command.</summary>
    UnaskedReply,

    /// <summary>More events than are read.</summary>
    TooManyEvents,
}

internal static class ControlViolations
{
    /// <summary>The violation as the end of a sentence that starts with "the control port …".</summary>
    public static string Sentence(this ControlViolation violation) => violation switch
    {
        ControlViolation.LineTooLong => "sent a line that is too long",
        ControlViolation.TooManyLines => "sent a message of too many lines",
        ControlViolation.MessageTooLong => "sent a message that is too long",
        ControlViolation.BareLineFeed => "sent a line that ends in LF without CR",
        ControlViolation.BareCarriageReturn => "sent a line with a CR inside",
        ControlViolation.NoStatusCode => "sent a line without a status code",
        ControlViolation.NoSeparator => "sent a status code without a separator after it",
        ControlViolation.MixedMessage => "mixed a reply and an event",
        ControlViolation.EndedWithinMessage => "ended the connection within a message",
        ControlViolation.EndedWithinData => "ended the connection within a data block",
        ControlViolation.UnaskedReply => "sent a reply to no command",
        ControlViolation.TooManyEvents => "sent more events than can be held",
        _ => throw new ArgumentOutOfRangeException(nameof(violation)),
    };
}
