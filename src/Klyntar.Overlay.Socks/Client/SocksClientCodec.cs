using System.Buffers.Binary;
using System.Net;

namespace Klyntar.Overlay.Socks;

/// <summary>The client's side of SOCKS5, without I/O: the proxy's bytes in, in any split; what to send and the outcome out.</summary>
/// <remarks>It is a mutable struct, so that it lives inside its user's async state: never copy it.</remarks>
internal struct SocksClientCodec
{
    /// <summary>The longest answer: version, code, 00, type, length, name, port.</summary>
    private const int MaxUnitLength = 4 + 1 + Socks5Wire.MaxHostLength + 2;

    private readonly SocksClientRequest _request;
    private Phase _phase;
    private UnitBuffer _unit;
    private ReadOnlyMemory<byte> _output;
    private SocksClientReply? _reply;

    /// <summary>Starts a negotiation; <see cref="TakeOutput"/> has its first bytes.</summary>
    /// <exception cref="ArgumentException">The request cannot be put into SOCKS5.</exception>
    public SocksClientCodec(SocksClientRequest request)
    {
        _request = request;
        SocksClientMessages.Validate(request);
        _output = request.Optimistic
            ? SocksClientMessages.All(request)
            : SocksClientMessages.Greeting(request);
    }

    private enum Phase : byte
    {
        Method,
        Password,
        Reply,
    }

    private readonly byte OfferedMethod => _request.Credentials is null ? Socks5Wire.MethodNone : Socks5Wire.MethodPassword;

    /// <summary>Takes the bytes to send to the proxy now.</summary>
    public ReadOnlyMemory<byte> TakeOutput()
    {
        ReadOnlyMemory<byte> output = _output;
        _output = default;
        return output;
    }

    /// <summary>Reads what arrived.</summary>
    /// <param name="input">The bytes after those consumed before.</param>
    /// <param name="consumed">How many of them belong to the negotiation.</param>
    /// <exception cref="InvalidOperationException">The negotiation is over already.</exception>
    public SocksClientStep Advance(ReadOnlySpan<byte> input, out int consumed)
    {
        if (_reply is not null)
        {
            throw new InvalidOperationException("The negotiation is over.");
        }

        consumed = 0;
        while (consumed < input.Length && _reply is null)
        {
            consumed += Take(input[consumed..]);
        }

        return _reply is null ? SocksClientStep.NeedMore : SocksClientStep.Done;
    }

    /// <summary>The outcome, once there is one.</summary>
    /// <param name="rest">The bytes after those consumed: the stream's first, if the proxy connected.</param>
    public readonly SocksClientReply Reply(ReadOnlySpan<byte> rest)
    {
        SocksClientReply reply = _reply ?? throw new InvalidOperationException("The negotiation is not over.");
        return rest.IsEmpty || !reply.IsConnected ? reply : reply with { AlreadyRead = rest.ToArray() };
    }

    private int Take(ReadOnlySpan<byte> input)
    {
        int before = _unit.Length;
        int length;
        if (before == 0)
        {
            length = ReadUnit(input);
        }
        else
        {
            input = input[..Math.Min(input.Length, MaxUnitLength - before)];
            _unit.Append(input);
            length = ReadUnit(_unit.Span);
        }

        if (length > 0)
        {
            _unit.Clear();
            return length - before;
        }

        if (before == 0)
        {
            _unit.Append(input);
        }

        return input.Length;
    }

    /// <summary>Reads one answer.</summary>
    /// <returns>Its length, or 0 where it is incomplete.</returns>
    private int ReadUnit(ReadOnlySpan<byte> unit) => _phase switch
    {
        Phase.Method => ReadMethod(unit),
        Phase.Password => ReadPasswordStatus(unit),
        _ => ReadReply(unit),
    };

    /// <summary>05, method (RFC 1928, section 3).</summary>
    private int ReadMethod(ReadOnlySpan<byte> unit)
    {
        if (unit[0] == Socks5Wire.PasswordVersion && _request is { Optimistic: true, Credentials: not null })
        {
            // Tor (0.4.9 measured) overwrites its method with its verdict on the credentials when both arrive in one
            // segment. Nothing is lost: only one method was offered.
            _phase = Phase.Password;
            return ReadPasswordStatus(unit);
        }

        if (unit[0] != Socks5Wire.Version)
        {
            return Fail(SocksClientEnd.Violation, $"answered the greeting with version {unit[0]}; perhaps it is no SOCKS5 proxy");
        }

        if (unit.Length < 2)
        {
            return 0;
        }

        byte method = unit[1];
        if (method == Socks5Wire.MethodRefused)
        {
            return Fail(SocksClientEnd.MethodRefused, _request.Credentials is null
                ? "wants credentials, or another authentication than SOCKS5 defines"
                : "takes no user name and password");
        }

        if (method != OfferedMethod)
        {
            return Fail(SocksClientEnd.Violation, $"chose the method {method:X2}, which was not offered");
        }

        bool hasCredentials = _request.Credentials is not null;
        _phase = hasCredentials ? Phase.Password : Phase.Reply;
        Send(hasCredentials ? SocksClientMessages.Password(_request) : SocksClientMessages.Request(_request));
        return 2;
    }

    /// <summary>01, status (RFC 1929, section 2).</summary>
    private int ReadPasswordStatus(ReadOnlySpan<byte> unit)
    {
        if (unit[0] != Socks5Wire.PasswordVersion)
        {
            return Fail(SocksClientEnd.Violation, $"answered the credentials with version {unit[0]}");
        }

        if (unit.Length < 2)
        {
            return 0;
        }

        if (unit[1] != 0)
        {
            return Fail(SocksClientEnd.CredentialsRefused, "does not accept the credentials");
        }

        _phase = Phase.Reply;
        Send(SocksClientMessages.Request(_request));
        return 2;
    }

    /// <summary>05, code, 00, address type, address, port (RFC 1928, section 6). After a failure's code nothing matters, and many proxies send no more.</summary>
    private int ReadReply(ReadOnlySpan<byte> unit)
    {
        if (unit[0] != Socks5Wire.Version)
        {
            return Fail(SocksClientEnd.Violation, $"answered the request with version {unit[0]}");
        }

        if (unit.Length < 2)
        {
            return 0;
        }

        if (unit[1] != 0)
        {
            _reply = new SocksClientReply(unit[1], null, default);
            return 2;
        }

        if (unit.Length < 3)
        {
            return 0;
        }

        if (unit[2] != 0)
        {
            return Fail(SocksClientEnd.Violation, "answered the request with a reserved byte that is not 00");
        }

        if (unit.Length < 5)
        {
            return 0;
        }

        (int start, int addressLength) = unit[3] switch
        {
            Socks5Wire.AddressV4 => (4, 4),
            Socks5Wire.AddressV6 => (4, 16),
            Socks5Wire.AddressDomain => (5, unit[4]),
            _ => (-1, 0),
        };
        if (start < 0)
        {
            return Fail(SocksClientEnd.Violation, $"answered the request with the unknown address type {unit[3]:X2}");
        }

        int length = start + addressLength + 2;
        return unit.Length < length ? 0 : ReadBound(unit[3], unit.Slice(start, addressLength), unit[(length - 2)..length], length);
    }

    private int ReadBound(byte type, ReadOnlySpan<byte> bound, ReadOnlySpan<byte> port, int length)
    {
        string? host = null;
        IPAddress? address = null;
        if (type != Socks5Wire.AddressDomain)
        {
            address = new IPAddress(bound);
        }
        else if (!bound.IsEmpty && HostName.Read(bound, out host, out address) is not null)
        {
            return Fail(SocksClientEnd.Violation, "answered the request with a host name that is none");
        }

        // An empty name is an odd way to say "none of your business", which a connection's end may be and a look-up's answer not.
        bool isAnswer = _request.Command switch
        {
            SocksCommand.Resolve => address is not null,
            SocksCommand.ResolvePtr => host is not null,
            _ => true,
        };
        if (!isAnswer)
        {
            return Fail(SocksClientEnd.Violation, _request.Command == SocksCommand.Resolve ? "answered the look-up without an address" : "answered the reverse look-up without a name");
        }

        _reply = new SocksClientReply(0, null, default)
        {
            BoundAddress = address,
            BoundHost = host,
            BoundPort = BinaryPrimitives.ReadUInt16BigEndian(port),
        };
        return length;
    }

    private void Send(ReadOnlyMemory<byte> message)
    {
        if (!_request.Optimistic)
        {
            // A proxy that answers ahead of us gets all the same messages.
            _output = _output.IsEmpty ? message : (byte[])[.. _output.Span, .. message.Span];
        }
    }

    private int Fail(SocksClientEnd end, string violation)
    {
        _reply = new SocksClientReply(0, violation, default) { End = end };
        return 0;
    }
}
