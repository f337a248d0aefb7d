namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The values of a GETINFO or GETCONF.</summary>
/// <remarks>
/// <a href="https://spec.torproject.org/control-spec/commands.html#getinfo">control-spec, sections 3.3 and 3.9</a>:
/// <c>*("250-" keyword "=" value CRLF / "250+" keyword "=" CRLF value CRLF "." CRLF) "250 OK" CRLF</c>; GETCONF writes
/// <c>keyword</c> alone for a setting that has its default, repeats a keyword for each of several lines, and ends without OK.
/// </remarks>
internal sealed class KeyValueReply
{
    private readonly ILookup<string, string?> _values;

    private KeyValueReply(IReadOnlyList<(string Key, string? Value)> pairs)
    {
        Pairs = pairs;
        _values = pairs.ToLookup(p => p.Key, p => p.Value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All of them in tor's order, which means something where settings belong to the one before them.</summary>
    public IReadOnlyList<(string Key, string? Value)> Pairs { get; }

    /// <summary>The first value of a keyword; null where it is missing or has its default.</summary>
    public string? this[string keyword] => _values[keyword].FirstOrDefault();

    /// <summary>Whether a keyword is answered, be it without a value.</summary>
    public bool Contains(string keyword) => _values.Contains(keyword);

    /// <summary>All values of a keyword.</summary>
    public IEnumerable<string?> All(string keyword) => _values[keyword];

    public static KeyValueReply? TryParse(ControlMessage message)
    {
        return message.IsSuccess
            ? new KeyValueReply([.. message.Lines.Where(l => l.IsSuccess && l.Text != "OK").Select(Pair)])
            : null;
    }

    private static (string Key, string? Value) Pair(ControlLine line)
    {
        int equals = line.Text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (line.Text, null) : (line.Text[..equals], line.Data ?? line.Text[(equals + 1)..]);
    }
}
