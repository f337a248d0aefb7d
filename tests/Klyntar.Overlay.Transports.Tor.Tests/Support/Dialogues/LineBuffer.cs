using System.Text;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>Lines out of bytes, each byte a character.</summary>
internal sealed class LineBuffer
{
    private readonly StringBuilder _rest = new();

    /// <summary>Takes bytes.</summary>
    /// <returns>The lines that they complete, without their CRLF.</returns>
    public string[] Take(ReadOnlySpan<byte> bytes)
    {
        _rest.Append(Encoding.Latin1.GetString(bytes));
        string[] lines = _rest.ToString().Split("\r\n");
        _rest.Clear().Append(lines[^1]);
        return lines[..^1];
    }
}
