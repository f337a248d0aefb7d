namespace Klyntar.Overlay.Connections;

/// <summary>The pipes of the kernel that copies borrow while they move much: so many at once and no more, and the first of them large.</summary>
/// <remarks>
/// A large pipe costs a quarter less for each byte, since whoever sends and receives sleeps and wakes less often. But a user without privileges has 16 384 pages
/// in pipes (pipe-user-pages-soft, pipe(7)), beyond which the kernel gives his programs ever smaller ones without a word: 32 large ones and 96 others leave an
/// eighth of them. Copies that get none copy through memory.
/// </remarks>
/// <param name="large">How many large ones there may be.</param>
/// <param name="limit">How many may be in use, large ones included.</param>
internal sealed class KernelPipes(int large, int limit)
{
    // The most that a user without privileges may ask for (pipe-max-size).
    private const int LargeSize = 1024 * 1024;

    private const int Size = 256 * 1024;

    // A smaller one is slower than a copy through memory.
    private const int LeastSize = 64 * 1024;

    private const int Kept = 16;

    // Where the kernel gave none it would give none the next moment either, and asking costs calls.
    private const long RefusalMilliseconds = 100;

    private readonly Stack<KernelPipe> _freeLarge = [];
    private readonly Stack<KernelPipe> _free = [];
    private long _refusedUntil;
    private long _largeRefusedUntil;
    private int _large;
    private int _rented;

    /// <summary>The process's own.</summary>
    public static KernelPipes Shared { get; } = new(large: 32, limit: 128);

    /// <summary>How many are in use.</summary>
    public int Rented => Volatile.Read(ref _rented);

    /// <summary>Gives an empty pipe, or null where too many are in use or the kernel gives none.</summary>
    public KernelPipe? TryRent()
    {
        bool isLarge;
        lock (_free)
        {
            if (_rented == limit)
            {
                return null;
            }

            long now = Environment.TickCount64;
            isLarge = _large < large && now >= Math.Max(_largeRefusedUntil, _refusedUntil);
            if (_freeLarge.TryPop(out KernelPipe? pipe) || (!isLarge && _free.TryPop(out pipe)))
            {
                _rented++;
                return pipe;
            }

            if (now < _refusedUntil)
            {
                return null;
            }

            _large += isLarge ? 1 : 0;
            _rented++;
        }

        KernelPipe? made = Open(isLarge ? LargeSize : Size);
        lock (_free)
        {
            if (isLarge && made is not { Capacity: LargeSize })
            {
                _large--;
                _largeRefusedUntil = Environment.TickCount64 + RefusalMilliseconds;
            }

            if (made is null)
            {
                _rented--;
                _refusedUntil = Environment.TickCount64 + RefusalMilliseconds;
            }
        }

        return made;
    }

    /// <summary>Takes a pipe back.</summary>
    /// <param name="pipe">The pipe.</param>
    /// <param name="isEmpty">Whether everything was taken out; else nobody can use it again.</param>
    public void Return(KernelPipe pipe, bool isEmpty)
    {
        lock (_free)
        {
            _rented--;
            bool isLarge = pipe.Capacity == LargeSize;
            if (isEmpty && _freeLarge.Count + _free.Count < Kept)
            {
                (isLarge ? _freeLarge : _free).Push(pipe);
                return;
            }

            _large -= isLarge ? 1 : 0;
        }

        pipe.Close();
    }

    private static unsafe KernelPipe? Open(int size)
    {
        int* ends = stackalloc int[2];
        if (Libc.Pipe(ends, Libc.NonBlock | Libc.CloseOnExec) != 0)
        {
            return null;
        }

        nint capacity = Libc.Control(ends[0], Libc.SetPipeSize, size);
        capacity = capacity < 0 && size > Size ? Libc.Control(ends[0], Libc.SetPipeSize, Size) : capacity;
        KernelPipe pipe = new(ends[0], ends[1], (int)(capacity < 0 ? Libc.Control(ends[0], Libc.GetPipeSize, 0) : capacity));
        if (pipe.Capacity < LeastSize || DescriptorReserve.IsReachedByDial(Math.Max(ends[0], ends[1])))
        {
            pipe.Close();
            return null;
        }

        return pipe;
    }
}
