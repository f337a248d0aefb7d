using System.Runtime.ExceptionServices;

namespace Klyntar.Overlay.Bench;

/// <summary>Threads that do the same, whose first failure is everybody's.</summary>
internal sealed class LoadThreads
{
    private const int StackSize = 256 * 1024;

    private readonly List<Thread> _threads = [];
    private ExceptionDispatchInfo? _failure;

    public static LoadThreads Start(int count, Action<int> work)
    {
        LoadThreads all = new();
        for (int i = 0; i < count; i++)
        {
            int number = i;
            Thread thread = new(() => all.Do(work, number), StackSize) { IsBackground = true };
            all._threads.Add(thread);
            thread.Start();
        }

        return all;
    }

    /// <summary>Waits for all, within a bound.</summary>
    public void Join(TimeSpan limit)
    {
        long end = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        foreach (Thread thread in _threads)
        {
            if (!thread.Join((int)Math.Max(0, end - Environment.TickCount64)) && _failure is null)
            {
                throw new InvalidOperationException($"A load did not end within {limit.TotalSeconds} s.");
            }
        }

        _failure?.Throw();
    }

    /// <summary>Throws what a thread has failed with, if any has.</summary>
    public void ThrowIfFailed() => _failure?.Throw();

    private void Do(Action<int> work, int number)
    {
        try
        {
            work(number);
        }
        catch (Exception e)
        {
            _failure ??= ExceptionDispatchInfo.Capture(e);
        }
    }
}
