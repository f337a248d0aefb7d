using System.Text;

namespace Klyntar.Overlay.Processes;

/// <summary>Cuts a stream of bytes into lines. No I/O; a line longer than the limit is cut there and its rest is left out.</summary>
internal sealed class LineSplitter
{
    /// <summary>The longest line, in bytes.</summary>
    public const int Limit = 8 * 1024;

    private readonly byte[] _line = new byte[Limit];
    private int _length;
    private bool _any;

    /// <summary>Takes the next bytes and gives the lines that end in them.</summary>
    public void Append(ReadOnlySpan<byte> bytes, Action<string> onLine)
    {
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)'\n');
            ReadOnlySpan<byte> part = end < 0 ? bytes : bytes[..end];
            int room = Math.Min(part.Length, Limit - _length);
            part[..room].CopyTo(_line.AsSpan(_length));
            _length += room;
            _any = true;
            if (end < 0)
            {
                return;
            }

            Complete(onLine);
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>Gives the last line where the stream ended inside it.</summary>
    public void End(Action<string> onLine)
    {
        if (_any)
        {
            Complete(onLine);
        }
    }

    private void Complete(Action<string> onLine)
    {
        ReadOnlySpan<byte> line = _line.AsSpan(0, _length);
        if (line is [.., (byte)'\r'])
        {
            line = line[..^1];
        }

        _length = 0;
        _any = false;
        onLine(WithoutControls(Encoding.UTF8.GetString(line)));
    }

    // Lines end up in logs and on terminals, where an escape sequence could pass for something else.
    private static string WithoutControls(string line)
    {
        foreach (char c in line)
        {
            if (char.IsControl(c) && c != '\t')
            {
                return string.Create(line.Length, line, static (target, source) =>
                {
                    for (int i = 0; i < target.Length; i++)
                    {
                        target[i] = char.IsControl(source[i]) && source[i] != '\t' ? '\uFFFD' : source[i];
                    }
                });
            }
        }

        return line;
    }
}
