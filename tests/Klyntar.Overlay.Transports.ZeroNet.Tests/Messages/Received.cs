using System.Buffers;
using System.Globalization;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>Gives bytes to a reader, and keeps what it makes of them.</summary>
internal static class Received
{
    /// <summary>Reads one message, which must be there and be all that there is.</summary>
    public static T One<T>(ReadOnlyMemory<byte> bytes)
        where T : PeerMessage
    {
        MessageReader reader = new(MessageLimits.Default);
        ReadOnlySequence<byte> input = new(bytes);
        T message = reader.Read(ref input).Should().BeOfType<T>(reader.Violation?.ToString()).Subject;
        input.IsEmpty.Should().BeTrue();
        return message;
    }

    /// <summary>Reads a message in hexadecimal.</summary>
    public static T One<T>(string hex)
        where T : PeerMessage => One<T>(Convert.FromHexString(hex));

    /// <summary>What a reader says to bytes that come in parts: each message, the raw bytes and the violation, as text.</summary>
    public static string Transcript(byte[] bytes, int part, MessageLimits limits)
    {
        MessageReader reader = new(limits);
        StringWriter said = new(CultureInfo.InvariantCulture);
        int taken = 0;
        for (int given = Math.Min(part, bytes.Length); ; given = Math.Min(given + part, bytes.Length))
        {
            ReadOnlySequence<byte> input = Segments.Of(bytes.AsMemory(taken..given), Math.Max(1, part / 3));
            while (true)
            {
                if (reader.RawBytes > 0)
                {
                    byte[] raw = reader.ReadRaw(ref input).ToArray();
                    said.Write(Convert.ToHexString(raw));
                    if (reader.RawBytes > 0)
                    {
                        break;
                    }

                    said.WriteLine();
                }

                if (reader.Read(ref input) is not { } message)
                {
                    break;
                }

                said.WriteLine(Describe(message));
            }

            taken = given - (int)input.Length;
            if (given == bytes.Length || reader.Violation is not null)
            {
                said.Write(reader.Violation);
                return said.ToString();
            }
        }
    }

    private static string Describe(PeerMessage message) => message switch
    {
        PeerRequest request => $"{request.Command} {request.RequestId} {Convert.ToHexString(request.Fields.Span)}",
        PeerResponse response => $"{response.To} {response.Error} {response.StreamBytes} {Convert.ToHexString(response.Fields.Span)}",
        _ => "",
    };
}
