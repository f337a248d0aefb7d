using System.Buffers.Binary;
using System.Net;

namespace Klyntar.Overlay.Gateway;

/// <summary>A part of 127.0.0.0/8 whose addresses stand for peers or visitors. Those that end with 0 and 255, which some programs take for networks and broadcasts, are left out.</summary>
internal sealed class LoopbackRange(byte second, byte firstThird, byte lastThird)
{
    private const int PerThird = 254;

    /// <summary>Peers of the configuration, and those added to a running gateway: 127.71.0.0/17.</summary>
    public static LoopbackRange Configured { get; } = new(71, 0, 127);

    /// <summary>Peers that came to be on demand: 127.71.128.0/17.</summary>
    public static LoopbackRange OnDemand { get; } = new(71, 128, 255);

    /// <summary>Visitors whom their overlay tells apart: 127.72.0.0/16.</summary>
    public static LoopbackRange Visitors { get; } = new(72, 0, 255);

    /// <summary>How many addresses it has.</summary>
    public int Count { get; } = (lastThird - firstThird + 1) * PerThird;

    public IPAddress First => this[0];

    public IPAddress Last => this[Count - 1];

    public IPAddress this[int index] => new([127, second, (byte)(firstThird + (index / PerThird)), (byte)(1 + (index % PerThird))]);

    public bool Contains(string text) =>
        IPAddress.TryParse(text, out IPAddress? address) && address.ToString() == text && Contains(address);

    public bool Contains(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out int written) && written == sizeof(uint)
            && BinaryPrimitives.ReadUInt16BigEndian(bytes) == (127 << 8) + second
            && bytes[2] >= firstThird && bytes[2] <= lastThird && bytes[3] is > 0 and < 255;
    }
}
