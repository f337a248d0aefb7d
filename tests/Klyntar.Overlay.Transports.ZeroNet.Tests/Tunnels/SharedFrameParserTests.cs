using CsCheck;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class SharedFrameParserTests
{
    private static readonly Gen<(SharedFrame Frame, byte[] Payload)> Frames = Gen.Select(
        Gen.Byte[0, 0x7f],
        Gen.OneOf(Gen.ULong[0, 300], Gen.ULong[ushort.MaxValue, (ulong)uint.MaxValue + 2], Gen.ULong),
        Gen.SByte[-1, 1],
        Gen.OneOf(Gen.Byte.Array[0, 20], Gen.Const(new byte[300]), Gen.Const(new byte[SharedFrameParser.MostPayload])),
        static (code, stream, source, payload) => (new SharedFrame(code, stream, source), payload));

    // Frames, with some of their bytes changed or missing.
    private static readonly Gen<byte[]> Wild = Gen.Select(
        Frames.Array[0, 8],
        Gen.Select(Gen.Int[0, 60], Gen.Byte).Array[0, 3],
        Gen.Int[0, 30],
        static (frames, changes, cut) =>
        {
            byte[] bytes = [.. frames.SelectMany(static frame => Bytes(frame.Frame, frame.Payload))];
            foreach ((int at, byte value) in changes.Where(change => change.Item1 < bytes.Length))
            {
                bytes[at] = value;
            }

            return cut > 20 ? bytes[..Math.Max(0, bytes.Length - cut)] : bytes;
        });

    [Fact]
    public void Any_frames_come_back_as_they_were() => Frames.Array[0, 8].Sample(static frames =>
    {
        (List<SharedFrame> read, bool isBroken) = Read([.. frames.SelectMany(static frame => Bytes(frame.Frame, frame.Payload))], []);
        return !isBroken && read.SequenceEqual(frames.Select(static frame => frame.Frame));
    });

    [Fact]
    public void Any_bytes_in_any_split_give_the_same_frames_and_never_throw() =>
        Gen.Select(Gen.OneOf(Wild, Gen.Byte.Array[0, 60]), Gen.Int[0, 40].Array[0, 60]).Sample(static (bytes, split) =>
        {
            (List<SharedFrame> whole, bool isBroken) = Read(bytes, []);
            (List<SharedFrame> parts, bool isBrokenInParts) = Read(bytes, split);
            (List<SharedFrame> single, bool isBrokenInBytes) = Read(bytes, [.. Enumerable.Repeat(1, bytes.Length)]);
            return parts.SequenceEqual(whole) && single.SequenceEqual(whole) && isBroken == isBrokenInParts && isBroken == isBrokenInBytes;
        });

    [Theory]
    [InlineData("80", "no array")]
    [InlineData("92", "an array of two")]
    [InlineData("95", "an array of five")]
    [InlineData("9380", "a code that is no small number")]
    [InlineData("9300d0", "a stream that is a negative number")]
    [InlineData("9300c0", "no stream")]
    [InlineData("93000102", "a source that there is none of")]
    [InlineData("94000101a0", "a payload that is text")]
    [InlineData("94000101c55001", "a payload that is longer than any")]
    [InlineData("94000101c6ffffffff", "a payload of 4 GiB")]
    public void What_is_no_frame_is_known_by_the_byte_that_makes_it_none(string hex, string what)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Read(bytes, []).IsBroken.Should().BeTrue(what);
        Read(bytes[..^1], []).IsBroken.Should().BeFalse(what);
        (List<SharedFrame> after, bool isBroken) = Read([.. bytes, .. Bytes(new SharedFrame(0, 1, 1), [])], []);
        after.Should().BeEmpty("nothing follows");
        isBroken.Should().BeTrue();
    }

    private static byte[] Bytes(SharedFrame frame, byte[] payload) => Written.Values((ref MessagePackWriter writer) =>
    {
        writer.WriteArrayHeader(payload.Length == 0 ? 3 : 4);
        writer.Write(frame.Code);
        writer.Write(frame.Stream);
        writer.Write(frame.Source);
        if (payload.Length > 0)
        {
            writer.Write(payload);
        }
    });

    private static (List<SharedFrame> Frames, bool IsBroken) Read(byte[] bytes, int[] split)
    {
        SharedFrameParser parser = new();
        List<SharedFrame> frames = [];
        int given = 0;
        foreach (int part in split.Append(bytes.Length))
        {
            ReadOnlySpan<byte> rest = bytes.AsSpan(given, Math.Min(part, bytes.Length - given));
            given += rest.Length;
            while (parser.Next(ref rest) is { } frame)
            {
                frames.Add(frame);
            }
        }

        return (frames, parser.IsBroken);
    }
}
