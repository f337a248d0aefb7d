using System.Text;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Fuzz;

/// <summary>The words and quoted strings of a control line.</summary>
internal sealed class ControlTextTarget : IFuzzTarget
{
    public string Name => "control-text";

    public int MaxLength => 1024;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words("\"", "\\", "\\\"", "\\377", "\\400", "\\0", "\\n", "=", " ", "KEY=", "KEY=\"", "\" ", "$F=name");

    public void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        if (ControlArguments.TryParse(text, out ControlArguments? arguments))
        {
            Promise.Holds(arguments.Words.All(w => w.Length <= text.Length));
        }

        _ = BootstrapPhase.TryParse(text);

        ReadOnlySpan<char> rest = text;
        if (ControlText.Unquote(ref rest) is { } plain)
        {
            Promise.Holds(rest.Length <= text.Length - 2 && plain.Length <= text.Length - 2 - rest.Length);
        }

        // Any bytes can be quoted, on one line, and come back.
        string quoted = ControlText.Quote(text);
        Promise.Holds(quoted.All(static c => c is >= ' ' and < '\x7f'));
        ReadOnlySpan<char> toRead = quoted + " and more";
        Promise.Holds(ControlText.Unquote(ref toRead) == text && toRead.SequenceEqual(" and more"));
    }
}
