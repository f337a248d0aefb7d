using System.Net;
using System.Text;

namespace Klyntar.Overlay.Socks;

/// <summary>
/// The server's side of a handshake, without I/O: bytes in, in any split; replies, a request or a refusal out. The outcome
/// does not depend on the split.
/// </summary>
/// <remarks>
/// Input is read as a chain of units (greeting, password, request; or a line of an HTTP head), each of which ends the one
/// phase and says which is next. A unit is judged in the order of its bytes, and refused at the first byte that is wrong.
/// It is a mutable struct, so that it lives inside its user's async state: never copy it.
/// </remarks>
internal partial struct SocksServerCodec(SocksServerOptions options)
{
    private readonly SocksServerOptions _options = options;
    private SocksServerStep _step;
    private Phase _phase;
    private UnitBuffer _unit;
    private ReadOnlyMemory<byte> _output;
    private SocksCommand _command = SocksCommand.Connect;
    private SocksProtocol _protocol;
    private string? _host;
    private string? _query;
    private IPAddress? _address;
    private int _port;
    private byte[]? _credentials;
    private int _userLength;
    private int _httpHeadLength;
    private int _httpLines;

    private enum Phase : byte
    {
        FirstByte,
        Socks5Greeting,
        Socks5Password,
        Socks5Request,
        Socks4Request,
        HttpRequestLine,
        HttpHeaderLine,
    }

    /// <summary>The request, once the step is <see cref="SocksServerStep.Complete"/>.</summary>
    public SocksRequest? Request { get; private set; }

    /// <summary>Why the client is refused, once the step is <see cref="SocksServerStep.Refused"/>.</summary>
    public SocksRefusal Refusal { get; private set; }

    /// <summary>Takes the bytes to send to the client now; with a refusal, before closing.</summary>
    public ReadOnlyMemory<byte> TakeOutput()
    {
        ReadOnlyMemory<byte> output = _output;
        _output = default;
        return output;
    }

    /// <summary>Reads what arrived.</summary>
    /// <param name="input">The bytes after those consumed before.</param>
    /// <param name="consumed">How many of them belong to the handshake: all, unless the request is complete.</param>
    /// <exception cref="InvalidOperationException">The handshake is over already.</exception>
    public SocksServerStep Advance(ReadOnlySpan<byte> input, out int consumed)
    {
        if (_step != SocksServerStep.NeedMore)
        {
            throw new InvalidOperationException("The handshake is over.");
        }

        consumed = 0;
        if (_phase == Phase.FirstByte && !input.IsEmpty)
        {
            ReadFirstByte(input[0]);
        }

        while (consumed < input.Length && _step == SocksServerStep.NeedMore)
        {
            consumed += _unit.Length == 0 ? TakeWhole(input[consumed..]) : TakeRest(input[consumed..]);
        }

        if (_step == SocksServerStep.Refused)
        {
            consumed = input.Length;
        }

        return _step;
    }

    /// <summary>Reads a unit that starts with the input, without copying it where it is whole.</summary>
    private int TakeWhole(ReadOnlySpan<byte> input)
    {
        int length = ReadUnit(input, 0);
        if (length > 0)
        {
            return length;
        }

        _unit.Append(input);
        return input.Length;
    }

    /// <summary>Reads a unit whose beginning came before.</summary>
    private int TakeRest(ReadOnlySpan<byte> input)
    {
        int before = _unit.Length;
        ReadOnlySpan<byte> more = input[..Math.Min(input.Length, MaxUnitLength - before)];
        _unit.Append(more);
        int length = ReadUnit(_unit.Span, before);
        if (length == 0)
        {
            return more.Length;
        }

        _unit.Clear();
        return length - before;
    }

    /// <summary>Reads one unit.</summary>
    /// <param name="unit">What there is of it, with perhaps more behind.</param>
    /// <param name="seen">How many bytes of it were looked at before.</param>
    /// <returns>Its length, or 0 where it is incomplete or refused.</returns>
    private int ReadUnit(ReadOnlySpan<byte> unit, int seen) => _phase switch
    {
        Phase.Socks5Greeting => ReadSocks5Greeting(unit),
        Phase.Socks5Password => ReadSocks5Password(unit),
        Phase.Socks5Request => ReadSocks5Request(unit),
        Phase.Socks4Request => ReadSocks4Request(unit),
        _ => ReadHttpLine(unit, seen),
    };

    /// <summary>Tells the protocol. The byte stays, as the first of the next unit.</summary>
    private void ReadFirstByte(byte first)
    {
        (_protocol, _phase) = first switch
        {
            Socks5Wire.Version => (SocksProtocol.Socks5, Phase.Socks5Greeting),
            Socks4Version => (SocksProtocol.Socks4, Phase.Socks4Request),
            >= (byte)'A' and <= (byte)'Z' => (SocksProtocol.Http, Phase.HttpRequestLine),
            _ => (default, Phase.FirstByte),
        };

        if (_phase == Phase.FirstByte)
        {
            // Whatever it speaks, it would not understand an answer.
            Refuse(SocksRefusal.UnknownProtocol, default);
        }
    }

    private SocksRefusal? ReadHost(ReadOnlySpan<byte> text) => HostName.Read(text, out _host, out _address);

    /// <summary>Reads a host of SOCKS, whose protocols give a name's bytes and length, so that <c>HOST?QUERY</c> is no other name's. In HTTP's <c>host:port</c> it would be.</summary>
    private SocksRefusal? ReadHostAndQuery(ReadOnlySpan<byte> text)
    {
        int question = text.IndexOf((byte)'?');
        if (question < 0)
        {
            return ReadHost(text);
        }

        ReadOnlySpan<byte> query = text[(question + 1)..];
        if (query.IsEmpty || query.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
        {
            return SocksRefusal.HostCharacters;
        }

        if (ReadHost(text[..question]) is { } refusal)
        {
            return refusal;
        }

        // Queries are for overlays, whose hosts have names.
        _query = Encoding.ASCII.GetString(query);
        return _host is null ? SocksRefusal.HostCharacters : null;
    }

    private void KeepCredentials(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        _credentials = [.. user, .. password];
        _userLength = user.Length;
    }

    private void Send(ReadOnlyMemory<byte> bytes) => _output = _output.IsEmpty ? bytes : (byte[])[.. _output.Span, .. bytes.Span];

    private int Refuse(SocksRefusal refusal) => Refuse(refusal, SocksReply.Refused(_protocol, refusal));

    private int Refuse(SocksRefusal refusal, ReadOnlyMemory<byte> reply)
    {
        Send(reply);
        Refusal = refusal;
        _step = SocksServerStep.Refused;
        return 0;
    }

    private int Complete(int unitLength)
    {
        Request = new SocksRequest
        {
            Protocol = _protocol,
            Command = _command,
            Host = _host,
            Query = _query,
            Address = _address,
            Port = _port,
            HasCredentials = _credentials is not null,
            User = _credentials.AsMemory(0, _userLength),
            Password = _credentials.AsMemory(_userLength),
        };
        _step = SocksServerStep.Complete;
        return unitLength;
    }
}
