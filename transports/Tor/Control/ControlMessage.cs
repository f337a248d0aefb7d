using System.Collections.Immutable;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>A whole reply or event (control-spec, section 2.3). Its text may hold secrets and addresses: it never prints itself.</summary>
/// <param name="Lines">At least one line; the last one ends the message.</param>
internal sealed record ControlMessage(ImmutableArray<ControlLine> Lines)
{
    /// <summary>The code of the last line, which decides.</summary>
    public int Status => Lines[^1].Status;

    /// <summary>Asynchronous, not the reply to a command.</summary>
    public bool IsEvent => Status / 100 == 6;

    /// <summary>The command was accepted.</summary>
    public bool IsSuccess => Lines[^1].IsSuccess;

    /// <summary>The text of the last line.</summary>
    public string Text => Lines[^1].Text;

    public override string ToString() => $"a control message with status {Status}";
}

/// <summary>One line of a message.</summary>
/// <param name="Status">Its status code, 200 to 699.</param>
/// <param name="Text">What follows the separator, each byte a character (Latin-1).</param>
/// <param name="Data">The data block that follows a <c>+</c> line, its lines joined by LF and its dots unstuffed; null without one.</param>
internal readonly record struct ControlLine(int Status, string Text, string? Data = null)
{
    /// <summary>It says that something was accepted. Lines of one reply may differ; a value in one that refuses is none.</summary>
    public bool IsSuccess => Status / 100 == 2;

    public override string ToString() => $"a control line with status {Status}";
}
