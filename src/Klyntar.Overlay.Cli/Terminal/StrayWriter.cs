using System.Text;

namespace Klyntar.Overlay.Cli;

/// <summary>Takes what plugins write to the console, and tells it line by line as theirs, so much of it in a while.</summary>
internal sealed class StrayWriter(TextWriter inner, TimeProvider clock) : TextWriter
{
    /// <summary>Lines that are told in <see cref="While"/>; after them one more says that the rest is not.</summary>
    public const int MostLines = 100;

    /// <summary>How long lines are counted.</summary>
    public static readonly TimeSpan While = TimeSpan.FromMinutes(1);

    private const int LongestLine = 400;

    private readonly StringBuilder _line = new();
    private int _lines;
    private long _since;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value)
    {
        if (value == '\n')
        {
            TellLine();
        }
        else if (_line.Length < LongestLine)
        {
            // Control characters would move the cursor, or worse.
            _line.Append(char.IsControl(value) ? ' ' : value);
        }
    }

    public override void Flush()
    {
        if (_line.Length > 0)
        {
            TellLine();
        }
    }

    private void TellLine()
    {
        string line = _line.ToString().TrimEnd();
        _line.Clear();
        if (_lines == 0 || clock.GetElapsedTime(_since) >= While)
        {
            (_lines, _since) = (0, clock.GetTimestamp());
        }

        if (++_lines <= MostLines)
        {
            inner.WriteLine($"A plugin wrote: {line}");
        }
        else if (_lines == MostLines + 1)
        {
            inner.WriteLine("Plugins write more than that to the terminal, which is left out for a minute. Their authors should log instead.");
        }
    }
}
