namespace Klyntar.Overlay.Transports.I2P;

/// <summary>The checksum of b33 addresses: CRC-32 as in gzip (RFC 1952, section 8).</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    /// <summary>The checksum of a few bytes; a table would be larger than all that it ever reads.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (Polynomial & (uint)-(int)(crc & 1));
            }
        }

        return ~crc;
    }
}
