using System.Security.Cryptography;
using System.Text;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>A command line, ready to be sent. Only its keyword is ever shown.</summary>
/// <remarks><a href="https://spec.torproject.org/control-spec/commands.html">control-spec, section 3</a>.</remarks>
internal sealed partial class ControlCommand
{
    private readonly byte[] _line;

    private ControlCommand(string keyword, string arguments)
        : this(keyword, arguments, default, "")
    {
    }

    // Secret parts never become strings: those cannot be wiped.
    private ControlCommand(string keyword, string before, ReadOnlySpan<byte> secret, string after)
    {
        ThrowIfUnsafe(before);
        ThrowIfUnsafe(after);
        Keyword = keyword;
        IsSecret = !secret.IsEmpty;
        string head = before.Length == 0 && !IsSecret ? keyword : $"{keyword} {before}";
        _line = new byte[head.Length + secret.Length + after.Length + 2];
        Span<byte> rest = _line;
        rest = rest[Encoding.Latin1.GetBytes(head, rest)..];
        secret.CopyTo(rest);
        rest = rest[secret.Length..];
        rest = rest[Encoding.Latin1.GetBytes(after, rest)..];
        "\r\n"u8.CopyTo(rest);
    }

    /// <summary>The command's first word.</summary>
    public string Keyword { get; }

    /// <summary>Whether the line holds a secret: it is wiped once sent.</summary>
    public bool IsSecret { get; }

    /// <summary>The line with its CRLF.</summary>
    public ReadOnlyMemory<byte> Line => _line;

    /// <summary>Forgets the line.</summary>
    public void Wipe() => CryptographicOperations.ZeroMemory(_line);

    public override string ToString() => Keyword;

    // What would end the line would start another command. The text is not repeated: it may be a secret.
    private static void ThrowIfUnsafe(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (c is < ' ' or '\x7f' or > '\xff')
            {
                throw new ArgumentException($"A command line holds printable bytes only, not U+{(int)c:X4}.");
            }
        }
    }

    private static string Word(string word)
    {
        foreach (char c in word)
        {
            if (c is <= ' ' or '"' or '\x7f' or > '\xff')
            {
                throw new ArgumentException("A word of a command has no spaces, quotes or control characters.");
            }
        }

        return word.Length > 0 ? word : throw new ArgumentException("A word of a command is not empty.");
    }
}
