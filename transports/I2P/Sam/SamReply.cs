namespace Klyntar.Overlay.Transports.I2P;

/// <summary>An answer with a RESULT.</summary>
/// <param name="Message">The whole of it.</param>
/// <param name="Result">The result.</param>
internal sealed record SamReply(SamMessage Message, SamResult Result)
{
    /// <summary>Whether the router consents.</summary>
    public bool IsOk => Result == SamResult.Ok;

    /// <summary>What the router says beside the result, fit for logs; null where nothing.</summary>
    public string? Detail => Message["MESSAGE"] is { Length: > 0 } text ? LogText.Redact(text).TrimEnd('.') : null;

    /// <summary>Reads the answer to a command.</summary>
    /// <param name="message">What came.</param>
    /// <param name="topic">The first word of the answer that is due.</param>
    /// <param name="kind">Its second.</param>
    /// <param name="violation">What is wrong, where null is returned.</param>
    public static SamReply? From(SamMessage message, string topic, string kind, out SamViolation violation)
    {
        violation = SamViolation.OtherAnswer;
        if (message.Topic != topic || message.Kind != kind)
        {
            return null;
        }

        violation = SamViolation.NoResult;
        return message["RESULT"] is { Length: > 0 } word ? new SamReply(message, SamResults.Parse(word)) : null;
    }
}
