using System.Globalization;
using System.Text;
using Klyntar.Overlay.Transports.I2P;

namespace Klyntar.Overlay.Fuzz;

/// <summary>What a SAM bridge sends. The first byte says whether small limits hold, which inputs reach sooner.</summary>
internal sealed class SamTarget : IFuzzTarget
{
    private const int SmallLimitsBit = 1;

    private static readonly SamLimits Small = new() { LineLength = 64, Values = 3 };

    public string Name => "sam";

    public int MaxLength => 8 * 1024;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        "HELLO REPLY RESULT=OK VERSION=3.1\n", "DEST REPLY PUB=", " PRIV=", "SESSION STATUS RESULT=", "NAMING REPLY RESULT=", "STREAM STATUS RESULT=", "OK", "I2P_ERROR", "MESSAGE=\"", "\\\"", "\"", "=", "\r\n", "\n",
        "PING", "PONG", "VALUE=", "NAME=", "DESTINATION=", "CANT_REACH_PEER", "INVALID_KEY");

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        SamLimits limits = (input[0] & SmallLimitsBit) != 0 ? Small : SamLimits.Default;
        Promise.IsSplitIndependent(input[1..], (bytes, split) => Decode(limits, bytes, split));
    }

    private static Outcome Decode(SamLimits limits, byte[] input, IEnumerable<int> split)
    {
        SamLineReader reader = new(limits);
        StringBuilder messages = new();
        int given = 0;
        foreach (int part in split)
        {
            ReadOnlySpan<byte> rest = input.AsSpan(given, part);
            given += part;
            while (reader.Read(ref rest) is { } line)
            {
                Promise.Holds(line.Length <= limits.LineLength && !line.AsSpan().ContainsAnyExceptInRange(' ', '~'));
                Check(line, limits, messages);
            }

            if (reader.Violation is not null)
            {
                break;
            }

            Promise.Holds(rest.IsEmpty);
        }

        return new Outcome(messages.ToString(), reader.Violation);
    }

    private static void Check(string line, SamLimits limits, StringBuilder text)
    {
        if (SamMessage.Parse(line, limits, out SamViolation violation) is not { } message)
        {
            text.Append(violation);
            return;
        }

        Promise.Holds(message.Values.Length <= limits.Values && line.StartsWith(message.Topic, StringComparison.Ordinal));
        if (SamReply.From(message, message.Topic, message.Kind, out _) is { } reply)
        {
            Promise.Holds(reply.Detail is null || reply.Detail.All(static c => c is (>= ' ' and < '\x7f') or '…'));
            Promise.Holds(SamException.Refused("DEST GENERATE", reply).Message.All(static c => c is (>= ' ' and < '\x7f') or '…'));
        }

        text.Append(CultureInfo.InvariantCulture, $"{message.Topic} {message.Kind}: {string.Join('\x1', message.Values)}\n");
    }

    private sealed record Outcome(string Messages, SamViolation? Violation);
}
