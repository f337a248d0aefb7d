using System.Buffers;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>Makes sequences of several segments, as a pipe gives them.</summary>
internal static class Segments
{
    /// <summary>Bytes in segments of a length.</summary>
    public static ReadOnlySequence<byte> Of(ReadOnlyMemory<byte> bytes, int length)
    {
        Segment first = new(bytes[..Math.Min(length, bytes.Length)], null);
        Segment last = first;
        for (int start = length; start < bytes.Length; start += length)
        {
            last = new Segment(bytes[start..Math.Min(start + length, bytes.Length)], last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
