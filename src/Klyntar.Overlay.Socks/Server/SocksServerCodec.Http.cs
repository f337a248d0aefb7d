using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Klyntar.Overlay.Socks;

/// <content>HTTP/1.x CONNECT: RFC 9110 section 9.3.6, RFC 9112, RFC 7617.</content>
internal partial struct SocksServerCodec
{
    /// <summary>The longest head, in bytes.</summary>
    internal const int MaxHttpHead = 8 * 1024;

    /// <summary>The most lines of a head: the request line and the header lines.</summary>
    internal const int MaxHttpLines = 64;

    /// <summary>One more than the longest unit, an HTTP line: a unit that reaches it is refused, so it never grows further.</summary>
    private const int MaxUnitLength = MaxHttpHead + 1;

    /// <summary>The longest base64 of two parts of 255 bytes and a colon.</summary>
    private const int MaxBasicToken = (((2 * SocksCredentials.MaxLength) + 1 + 2) / 3) * 4;

    // RFC 9110, section 5.6.2: token.
    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    // All control characters but the tab.
    private static readonly SearchValues<byte> ControlBytes = SearchValues.Create([.. Enumerable.Range(0, 32).Where(b => b != '\t').Select(b => (byte)b), 0x7F]);

    private int ReadHttpLine(ReadOnlySpan<byte> unit, int seen)
    {
        // Refused before the line is whole, so that what a web page posts here is cut off early.
        ReadOnlySpan<byte> method = "CONNECT "u8;
        if (_phase == Phase.HttpRequestLine && !unit.StartsWith(method[..Math.Min(method.Length, unit.Length)]))
        {
            return Refuse(SocksRefusal.HttpMethod);
        }

        int end = unit[seen..].IndexOf((byte)'\n');
        int length = end < 0 ? unit.Length : seen + end + 1;
        if (_httpHeadLength + length > MaxHttpHead)
        {
            return Refuse(SocksRefusal.HttpHeadTooLarge);
        }

        if (end < 0)
        {
            return 0;
        }

        _httpHeadLength += length;
        bool isFirst = _phase == Phase.HttpRequestLine;
        _phase = Phase.HttpHeaderLine;
        if (unit[..length] is not [.. ReadOnlySpan<byte> line, (byte)'\r', (byte)'\n'])
        {
            return Refuse(isFirst ? SocksRefusal.HttpRequestLine : SocksRefusal.HttpHeader);
        }

        if (line.IsEmpty)
        {
            return ReadHttpEnd(length);
        }

        if (++_httpLines > MaxHttpLines)
        {
            return Refuse(SocksRefusal.HttpHeadTooLarge);
        }

        SocksRefusal? refusal = isFirst ? ReadHttpRequestLine(line[method.Length..]) : ReadHttpHeader(line);
        return refusal is { } why ? Refuse(why) : length;
    }

    private int ReadHttpEnd(int length) =>
        _options.RequiredCredentials is not null && _credentials is null ? Refuse(SocksRefusal.CredentialsRequired) : Complete(length);

    /// <summary>Reads what follows the method: <c>host:port HTTP/1.1</c>.</summary>
    private SocksRefusal? ReadHttpRequestLine(ReadOnlySpan<byte> rest)
    {
        int space = rest.IndexOf((byte)' ');
        if (space < 0)
        {
            return SocksRefusal.HttpRequestLine;
        }

        ReadOnlySpan<byte> version = rest[(space + 1)..];
        if (!version.SequenceEqual("HTTP/1.1"u8) && !version.SequenceEqual("HTTP/1.0"u8))
        {
            return version.StartsWith("HTTP/"u8) && !version.Contains((byte)' ') ? SocksRefusal.HttpVersion : SocksRefusal.HttpRequestLine;
        }

        ReadOnlySpan<byte> target = rest[..space];
        int colon = target.LastIndexOf((byte)':');
        if (colon < 0)
        {
            return SocksRefusal.InvalidPort;
        }

        ReadOnlySpan<byte> host = target[..colon];
        if (host.Contains((byte)':') && host is not [(byte)'[', .., (byte)']'])
        {
            return SocksRefusal.HostCharacters;
        }

        if (ReadHost(host) is { } refusal)
        {
            return refusal;
        }

        ReadOnlySpan<byte> port = target[(colon + 1)..];
        bool isPort = port.Length is >= 1 and <= 5
            && !port.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && Utf8Parser.TryParse(port, out _port, out _)
            && _port is >= 1 and <= ushort.MaxValue;
        return isPort ? null : SocksRefusal.InvalidPort;
    }

    private SocksRefusal? ReadHttpHeader(ReadOnlySpan<byte> line)
    {
        // No name, a space before the colon and a folded line all fail here.
        int colon = line.IndexOf((byte)':');
        if (colon < 1 || line[..colon].ContainsAnyExcept(TokenBytes) || line.ContainsAny(ControlBytes))
        {
            return SocksRefusal.HttpHeader;
        }

        return Ascii.EqualsIgnoreCase(line[..colon], "Proxy-Authorization"u8) ? ReadHttpCredentials(line[(colon + 1)..].Trim(" \t"u8)) : null;
    }

    /// <summary>Reads <c>Basic base64(user:password)</c> (RFC 7617).</summary>
    private SocksRefusal? ReadHttpCredentials(ReadOnlySpan<byte> value)
    {
        if (_credentials is not null)
        {
            return SocksRefusal.HttpHeader;
        }

        ReadOnlySpan<byte> scheme = "Basic "u8;
        if (value.Length < scheme.Length || !Ascii.EqualsIgnoreCase(value[..scheme.Length], scheme))
        {
            return SocksRefusal.CredentialsMalformed;
        }

        ReadOnlySpan<byte> token = value[scheme.Length..].TrimStart((byte)' ');
        if (token.Length > MaxBasicToken)
        {
            return SocksRefusal.CredentialsTooLong;
        }

        // The decoder would skip white space; a token has none.
        Span<byte> pair = stackalloc byte[MaxBasicToken];
        if (token.ContainsAny((byte)' ', (byte)'\t')
            || Base64.DecodeFromUtf8(token, pair, out _, out int written) != OperationStatus.Done
            || pair[..written].IndexOf((byte)':') is var colon && colon < 0)
        {
            return SocksRefusal.CredentialsMalformed;
        }

        ReadOnlySpan<byte> user = pair[..colon];
        ReadOnlySpan<byte> password = pair[(colon + 1)..written];
        if (user.Length > SocksCredentials.MaxLength || password.Length > SocksCredentials.MaxLength)
        {
            return SocksRefusal.CredentialsTooLong;
        }

        if (_options.RequiredCredentials is { } required && !required.Accept(user, password))
        {
            return SocksRefusal.CredentialsWrong;
        }

        KeepCredentials(user, password);
        return null;
    }
}
