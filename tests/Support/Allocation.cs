namespace Klyntar.Overlay.Tests;

/// <summary>What code allocates.</summary>
internal static class Allocation
{
    private const int Runs = 3;

    /// <summary>
    /// Runs it several times on this thread, and tells what the one allocated that allocated the least, in bytes. In a run of all tests the runtime now and then adds some KB of its own
    /// to a thread's account; what the code allocates is there each time.
    /// </summary>
    public static long LeastOf(Action work) => LeastOf(static () => 0, _ => work());

    /// <summary>The same for what must be made anew each time, which does not count.</summary>
    public static long LeastOf<T>(Func<T> prepare, Action<T> work)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Runs; i++)
        {
            T prepared = prepare();
            long before = GC.GetAllocatedBytesForCurrentThread();
            work(prepared);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
