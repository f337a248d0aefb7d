namespace Klyntar.Overlay.Transports.Tor;

/// <summary>What the events have in common: <c>"650" SP EventName …</c> (control-spec, section 4.1).</summary>
internal static class ControlEvent
{
    /// <summary>The name of an event: its first word.</summary>
    public static ReadOnlySpan<char> Name(ControlMessage message)
    {
        ReadOnlySpan<char> text = message.Lines[0].Text;
        int end = text.IndexOf(' ');
        return end < 0 ? text : text[..end];
    }

    /// <summary>The arguments of an event of the given name, the name being the first word; null for another event or a malformed one.</summary>
    public static ControlArguments? Arguments(ControlMessage message, string name) =>
        message.IsEvent && Name(message).SequenceEqual(name) && ControlArguments.TryParse(message.Lines[0].Text, out ControlArguments? arguments)
            ? arguments
            : null;
}
