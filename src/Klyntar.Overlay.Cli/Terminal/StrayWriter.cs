using System.Text;

namespace Klyntar.Overlay.Cli;

/// <summary>Takes what plugins write to the console, and tells it line by line as theirs, up to a limit.</summary>
internal sealed class StrayWriter(TextWriter inner) : TextWriter
{
    /// <summary>Lines that are told; after them one more says that the rest is not.</summary>
    public const int MostLines = 100;

    private const int LongestLine = 400;

    private readonly StringBuilder _line = new();
    private int _lines;

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
        if (++_lines <= MostLines)
        {
            inner.WriteLine($"A plugin wrote: {line}");
        }
        else if (_lines == MostLines + 1)
        {
            inner.WriteLine("Plugins write more to the terminal, which is left out from here on. Their authors should log instead.");
        }
    }
}
