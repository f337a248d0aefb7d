using System.Globalization;
using System.Text;
using Klyntar.Overlay.Transports.ZeroNet;

namespace Klyntar.Overlay.Fuzz;

/// <summary>What another gateway sends over a connection that carries several streams.</summary>
internal sealed class ZeroNetSharedFrameTarget : IFuzzTarget
{
    public string Name => "zeronet-shared-frame";

    public int MaxLength => SharedFrameParser.MostPayload + 1024;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        "\x93", "\x94", "\x94\x00\x01\x01\xc4\x04\x91\xa2\x38\x30", "\x93\x03\x01\x01", "\x93\x04\x01\xff", "\xcc", "\xcd\x01\x00", "\xce\x00\x01\x00\x00", "\xcf", "\xc4", "\xc5\x50\x00", "\xc5\x50\x01", "\xc6\x00\x00\x50\x00", "\xc6\xff\xff\xff\xff");

    public void Run(ReadOnlySpan<byte> input) => Promise.IsSplitIndependent(input, Parse);

    private static string Parse(byte[] input, IEnumerable<int> split)
    {
        SharedFrameParser parser = new();
        StringBuilder frames = new();
        int given = 0;
        foreach (int part in split)
        {
            ReadOnlySpan<byte> rest = input.AsSpan(given, part);
            given += part;
            while (parser.Next(ref rest) is { } frame)
            {
                Promise.Holds(frame.Source is >= -1 and <= 1 && frame.Code <= 0x7f);
                frames.Append(CultureInfo.InvariantCulture, $"{frame.Code} {frame.Stream} {frame.Source}\n");
            }

            Promise.Holds(rest.IsEmpty || parser.IsBroken);
        }

        return frames.Append(parser.IsBroken).ToString();
    }
}
