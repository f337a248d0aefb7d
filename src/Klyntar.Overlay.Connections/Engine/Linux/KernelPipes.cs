namespace Klyntar.Overlay.Connections;

/// <summary>The pipes of the kernel that copies borrow while they move much: so many at once and no more.</summary>
/// <remarks>
/// A user without privileges has 16 384 pages in pipes (pipe-user-pages-soft, pipe(7)), which is 256 pipes of this size; beyond
/// that the kernel gives ever smaller ones without a word. Copies that get none copy through memory.
/// </remarks>
internal sealed class KernelPipes(int limit)
{
    private const int Size = 256 * 1024;

    // A smaller one is slower than a copy through memory.
    private const int LeastSize = 64 * 1024;

    private const int Kept = 16;

    // Where the kernel gave none it would give none the next moment either, and asking costs three calls.
    private const long RefusalMilliseconds = 100;

    private readonly Stack<KernelPipe> _free = [];
    private long _refusedUntil;
    private int _rented;

    /// <summary>The process's own.</summary>
    public static KernelPipes Shared { get; } = new(128);

    /// <summary>How many are in use.</summary>
    public int Rented => Volatile.Read(ref _rented);

    /// <summary>Gives an empty pipe, or null where too many are in use or the kernel gives none.</summary>
    public KernelPipe? TryRent()
    {
        lock (_free)
        {
            if (_rented == limit)
            {
                return null;
            }

            if (_free.TryPop(out KernelPipe? pipe))
            {
                _rented++;
                return pipe;
            }

            if (Environment.TickCount64 < _refusedUntil)
            {
                return null;
            }

            _rented++;
        }

        KernelPipe? made = Open();
        if (made is null)
        {
            lock (_free)
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
            if (isEmpty && _free.Count < Kept)
            {
                _free.Push(pipe);
                return;
            }
        }

        pipe.Close();
    }

    private static unsafe KernelPipe? Open()
    {
        int* ends = stackalloc int[2];
        if (Libc.Pipe(ends, Libc.NonBlock | Libc.CloseOnExec) != 0)
        {
            return null;
        }

        int capacity = (int)Libc.Control(ends[0], Libc.SetPipeSize, Size);
        KernelPipe pipe = new(ends[0], ends[1], capacity < 0 ? (int)Libc.Control(ends[0], Libc.GetPipeSize, 0) : capacity);
        if (pipe.Capacity < LeastSize || DescriptorReserve.IsReachedByDial(Math.Max(ends[0], ends[1])))
        {
            pipe.Close();
            return null;
        }

        return pipe;
    }
}
