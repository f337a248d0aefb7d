namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What the codes of refusals mean.</summary>
/// <remarks><a href="https://spec.torproject.org/control-spec/replies.html">control-spec, section 4</a>.</remarks>
internal static class ReplyCodes
{
    /// <summary>The code as a part of a sentence about the control port.</summary>
    public static string Meaning(int status) => status switch
    {
        451 => "it is out of resources",
        500 => "it does not understand the line",
        510 => "it does not know the command",
        511 => "it does not have the command",
        512 => "an argument is malformed",
        513 => "it does not know an argument",
        514 => "it asks for authentication first",
        515 => "the secret is wrong",
        550 => "it does not say why",
        551 => "something failed within it",
        552 => "it does not know what was named",
        553 => "a value is not valid",
        554 => "the descriptor is not valid",
        555 => "what was named is not managed by it",
        >= 400 and < 500 => "it cannot do so now",
        >= 500 and < 600 => "it does not do so",
        _ => "its code is not one of a refusal",
    };

    /// <summary>A refusal with all that may be shown of it.</summary>
    public static string Said(ControlMessage reply)
    {
        string text = LogText.Redact(reply.Text).Trim();
        return text.Length > 0 ? $"{reply.Status} {text}" : $"{reply.Status}, {Meaning(reply.Status)}";
    }
}
