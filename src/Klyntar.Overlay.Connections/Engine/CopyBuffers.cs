namespace Klyntar.Overlay.Connections;

/// <summary>Buffers for copies, in three sizes: held only while bytes move, and the larger ones by so many copies at once and no more.</summary>
/// <remarks>
/// Not the shared array pool: that one gives arrays up after a while, and System.Net.Sockets keeps the array of a socket's last send, so
/// that in time each of thousands of idle sockets would keep one alive. Here the same few go round.
/// </remarks>
internal sealed class CopyBuffers
{
    /// <summary>Enough for requests, pings and small pages, so that thousands of slow receivers cost little.</summary>
    public const int Small = 16 * 1024;

    /// <summary>For copies that fill the small one: the calls' own cost per byte falls with the size.</summary>
    public const int Medium = 64 * 1024;

    /// <summary>For copies that fill the medium one; beyond this the kernel's two copies are the cost.</summary>
    public const int Large = 256 * 1024;

    // What receivers that stop reading may pin: 16 MB and 8 MB. Copies that come later go on with the smaller ones.
    private const int MediumLimit = 256;
    private const int LargeLimit = 32;

    // Small ones are not limited, or relays would wait for each other; what a rush leaves over is not kept.
    private const int SmallKept = 1024;

    private readonly Shelf _small = new(Small, int.MaxValue, SmallKept);
    private readonly Shelf _medium = new(Medium, MediumLimit, MediumLimit);
    private readonly Shelf _large = new(Large, LargeLimit, LargeLimit);

    /// <summary>The process's own.</summary>
    public static CopyBuffers Shared { get; } = new();

    /// <summary>Gives a buffer of this size, or where too many are in use, a smaller one.</summary>
    public byte[] Rent(int size)
    {
        byte[]? buffer = size >= Large ? _large.TryRent() : null;
        buffer ??= size >= Medium ? _medium.TryRent() : null;
        return buffer ?? _small.TryRent()!;
    }

    /// <summary>Takes a buffer back.</summary>
    public void Return(byte[] buffer) => (buffer.Length switch
    {
        Large => _large,
        Medium => _medium,
        _ => _small,
    }).Return(buffer);

    private sealed class Shelf(int size, int limit, int kept)
    {
        private readonly Lock _gate = new();
        private readonly Stack<byte[]> _free = [];
        private int _rented;

        public byte[]? TryRent()
        {
            lock (_gate)
            {
                if (_rented == limit)
                {
                    return null;
                }

                _rented++;
                if (_free.TryPop(out byte[]? buffer))
                {
                    return buffer;
                }
            }

            return GC.AllocateUninitializedArray<byte>(size);
        }

        public void Return(byte[] buffer)
        {
            lock (_gate)
            {
                _rented--;
                if (_free.Count < kept)
                {
                    _free.Push(buffer);
                }
            }
        }
    }
}
