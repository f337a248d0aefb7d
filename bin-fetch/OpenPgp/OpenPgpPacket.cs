namespace Klyntar.Overlay.BinFetch;

/// <summary>One packet (RFC 9580, section 4).</summary>
internal readonly record struct OpenPgpPacket(OpenPgpTag Tag, ReadOnlyMemory<byte> Body)
{
    /// <summary>The packet with a header of its own, for a reader of whole packets.</summary>
    public byte[] Framed()
    {
        int length = Body.Length;
        return [(byte)(0xC0 | (int)Tag), 0xFF, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. Body.Span];
    }
}
