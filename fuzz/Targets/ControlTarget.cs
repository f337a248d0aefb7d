using System.Globalization;
using System.Text;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.Fuzz;

/// <summary>What a control port sends. The first byte says whether small limits hold, which inputs reach sooner.</summary>
internal sealed class ControlTarget : IFuzzTarget
{
    private const int SmallLimitsBit = 1;

    private static readonly ControlLimits Small = new() { LineLength = 64, Lines = 6, MessageLength = 256 };

    public string Name => "control";

    public int MaxLength => 8 * 1024;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        "250 OK\r\n", "250-", "250+", "650 ", "650-", "650+", "551 ", "\r\n", "\r\n.\r\n", "..", "=", "\"", "\\\"", "\\377",
        "PROTOCOLINFO 1", "AUTH METHODS=COOKIE,SAFECOOKIE COOKIEFILE=\"/a\"", "VERSION Tor=\"0.4.9.11\"", "AUTHCHALLENGE SERVERHASH=", " SERVERNONCE=", "ServiceID=",
        "HS_DESC ", "STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY=\"Done\"", "STREAM 1 NEW 0 a.onion:80", "CIRC 1 BUILT ", "REASON=", "SOCKS_USERNAME=\"a\"");

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        ControlLimits limits = (input[0] & SmallLimitsBit) != 0 ? Small : ControlLimits.Default;
        Promise.IsSplitIndependent(input[1..], (bytes, split) => Decode(limits, bytes, split));
    }

    private static Outcome Decode(ControlLimits limits, byte[] input, IEnumerable<int> split)
    {
        ControlDecoder decoder = new(limits);
        StringBuilder messages = new();
        int given = 0;
        foreach (int part in split)
        {
            ReadOnlySpan<byte> rest = input.AsSpan(given, part);
            given += part;
            while (decoder.Decode(ref rest) is { } message)
            {
                Promise.Holds(!message.Lines.IsDefaultOrEmpty && message.Lines.Length <= limits.Lines);
                CheckParsers(message);
                CheckRoundTrip(message);
                Describe(message, messages);
            }

            if (decoder.Violation is not null)
            {
                break;
            }

            Promise.Holds(rest.IsEmpty);
        }

        return new Outcome(messages.ToString(), decoder.Violation, decoder.End());
    }

    /// <summary>Whatever a message says, reading it gives an answer.</summary>
    private static void CheckParsers(ControlMessage message)
    {
        _ = HsDescEvent.TryParse(message);
        _ = StreamEvent.TryParse(message);
        _ = CircuitEvent.TryParse(message);
        _ = AddOnionReply.TryParse(message);
        _ = AuthChallengeReply.TryParse(message);
        _ = ProtocolInfo.TryParse(message);
        _ = KeyValueReply.TryParse(message)?["status/bootstrap-phase"];
        if (StatusEvent.TryParse(message) is { } status)
        {
            Promise.Holds(BootstrapPhase.From(status.Arguments) is not { Progress: < 0 or > 100 });
        }
    }

    /// <summary>What is written from a message is read as that message.</summary>
    private static void CheckRoundTrip(ControlMessage message)
    {
        StringBuilder text = new();
        for (int i = 0; i < message.Lines.Length; i++)
        {
            ControlLine line = message.Lines[i];
            char separator = line.Data is not null ? '+' : i == message.Lines.Length - 1 ? ' ' : '-';
            text.Append(CultureInfo.InvariantCulture, $"{line.Status}{separator}{line.Text}\r\n");
            if (line.Data is { } data)
            {
                foreach (string part in data.Split('\n'))
                {
                    text.Append(part.StartsWith('.') ? "." : "").Append(part).Append("\r\n");
                }

                text.Append(".\r\n");
            }
        }

        // Lines in data count against no limit here: an empty block is written as one empty line.
        ControlDecoder decoder = new(new ControlLimits { LineLength = 1_000_000, Lines = 1_000_000, MessageLength = 10_000_000 });
        ReadOnlySpan<byte> bytes = Encoding.Latin1.GetBytes(text.ToString());
        ControlMessage? again = decoder.Decode(ref bytes);
        Promise.Holds(again is not null && bytes.IsEmpty && again.Lines.SequenceEqual(message.Lines));
    }

    private static void Describe(ControlMessage message, StringBuilder text)
    {
        foreach (ControlLine line in message.Lines)
        {
            text.Append(line.Status).Append('\x1').Append(line.Text).Append('\x2').Append(line.Data ?? "\x3").Append('\x4');
        }
    }

    private sealed record Outcome(string Messages, ControlViolation? Violation, ControlViolation? End);
}
