using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>
/// Our side of the extended ORPort (tor's ext-orport-spec), at which a server program tells of each of its clients, without I/O: its bytes in, in any split; what to send and
/// the outcome out. Both sides prove that they have read the cookie's file (SAFE_COOKIE), so that no other program of this machine can pose as a visitor.
/// </summary>
internal sealed class ExtendedOrPortCodec
{
    /// <summary>The length of the cookie, of a nonce and of a hash, in bytes.</summary>
    public const int CookieSize = 32;

    private const byte SafeCookie = 1;
    private const byte Okay = 1;
    private const byte Denied = 0;
    private const int HeaderSize = 4;
    private const int MaxBody = 256;
    private const int MaxMessages = 32;
    private const int CommandDone = 0x0000;
    private const int CommandUserAddress = 0x0001;
    private const int CommandTransport = 0x0002;

    private readonly byte[] _cookie;
    private readonly byte[] _nonce;
    private readonly byte[] _unit = new byte[HeaderSize + MaxBody];
    private readonly List<byte> _output = [];
    private byte[] _clientNonce = [];
    private Phase _phase = Phase.Type;
    private int _held;
    private int _messages;

    /// <summary>Starts a conversation; <see cref="TakeOutput"/> has its first bytes.</summary>
    /// <param name="cookie">The cookie, <see cref="CookieSize"/> bytes.</param>
    /// <param name="nonce">Our nonce, as many random bytes.</param>
    public ExtendedOrPortCodec(byte[] cookie, byte[] nonce)
    {
        _cookie = cookie;
        _nonce = nonce;

        // The types of authentication that there are, and the end of their list.
        _output.AddRange([SafeCookie, 0]);
    }

    private enum Phase
    {
        Type,
        Nonce,
        Hash,
        Header,
        Body,
        Over,
    }

    /// <summary>What accepts a visitor: the next byte on the connection is his.</summary>
    public static ReadOnlyMemory<byte> Accepted { get; } = new byte[] { 0x10, 0x00, 0, 0 };

    /// <summary>What refuses a visitor.</summary>
    public static ReadOnlyMemory<byte> Refused { get; } = new byte[] { 0x10, 0x01, 0, 0 };

    /// <summary>Whether the program has said all that it says of a visitor, and waits for an answer.</summary>
    public bool IsDone => _phase == Phase.Over && Violation is null;

    /// <summary>What is wrong, as the end of a sentence whose subject is the program; null where nothing is. What is still to be sent should be.</summary>
    public string? Violation { get; private set; }

    /// <summary>The visitor's address, where it was told.</summary>
    public IPEndPoint? UserAddress { get; private set; }

    /// <summary>The method by which the visitor came, where it was told.</summary>
    public string? Method { get; private set; }

    /// <summary>The text of the file that the cookie is read from.</summary>
    public static byte[] CookieFile(ReadOnlySpan<byte> cookie) => [.. "! Extended ORPort Auth Cookie !\n"u8, .. cookie];

    /// <summary>Takes the bytes to send now.</summary>
    public byte[] TakeOutput()
    {
        byte[] output = [.. _output];
        _output.Clear();
        return output;
    }

    /// <summary>Reads what arrived.</summary>
    /// <param name="input">The bytes after those consumed before.</param>
    /// <returns>How many of them belong to the conversation: all, unless its outcome is known.</returns>
    public int Advance(ReadOnlySpan<byte> input)
    {
        int consumed = 0;
        while (_phase != Phase.Over)
        {
            int wanted = Wanted() - _held;
            int taken = Math.Min(wanted, input.Length - consumed);
            input.Slice(consumed, taken).CopyTo(_unit.AsSpan(_held));
            consumed += taken;
            _held += taken;
            if (taken < wanted)
            {
                break;
            }

            Step();
        }

        return consumed;
    }

    private int Wanted() => _phase switch
    {
        Phase.Type => 1,
        Phase.Nonce or Phase.Hash => CookieSize,
        Phase.Header => HeaderSize,
        _ => HeaderSize + BodyLength,
    };

    private int BodyLength => BinaryPrimitives.ReadUInt16BigEndian(_unit.AsSpan(2));

    private void Step()
    {
        switch (_phase)
        {
            case Phase.Type:
                Next(_unit[0] == SafeCookie ? Phase.Nonce : Fail("chose a type of authentication that was not offered"));
                break;
            case Phase.Nonce:
                _clientNonce = _unit[..CookieSize];
                _output.AddRange(Hash("ExtORPort authentication server-to-client hash"));
                _output.AddRange(_nonce);
                Next(Phase.Hash);
                break;
            case Phase.Hash:
                bool isRight = CryptographicOperations.FixedTimeEquals(_unit.AsSpan(0, CookieSize), Hash("ExtORPort authentication client-to-server hash"));
                _output.Add(isRight ? Okay : Denied);
                Next(isRight ? Phase.Header : Fail("does not know the cookie"));
                break;
            case Phase.Header when BodyLength > MaxBody:
                Next(Fail($"said more than {MaxBody} bytes at once"));
                break;
            case Phase.Header when ++_messages > MaxMessages:
                Next(Fail($"said more than {MaxMessages} things of one visitor"));
                break;
            case Phase.Header:
                // The header stays where it is, in front of its body.
                _phase = Phase.Body;
                break;
            default:
                Next(TakeMessage(BinaryPrimitives.ReadUInt16BigEndian(_unit), _unit.AsSpan(HeaderSize, BodyLength)));
                break;
        }
    }

    private void Next(Phase phase)
    {
        _phase = phase;
        _held = 0;
    }

    // What is not known is ignored (ext-orport-spec, section 3).
    private Phase TakeMessage(int command, ReadOnlySpan<byte> body)
    {
        switch (command)
        {
            case CommandDone:
                return Phase.Over;
            case CommandUserAddress:
                UserAddress = IpText.TryReadEndPoint(Encoding.Latin1.GetString(body));
                break;
            case CommandTransport:
                Method = Encoding.Latin1.GetString(body);
                break;
        }

        return Phase.Header;
    }

    private byte[] Hash(string purpose) =>
        HMACSHA256.HashData(_cookie, (byte[])[.. Encoding.ASCII.GetBytes(purpose), .. _clientNonce, .. _nonce]);

    private Phase Fail(string violation)
    {
        Violation = violation;
        return Phase.Over;
    }
}
