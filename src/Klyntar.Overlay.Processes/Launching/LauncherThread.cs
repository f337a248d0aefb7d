using System.Collections.Concurrent;
using System.Diagnostics;

namespace Klyntar.Overlay.Processes;

/// <summary>The one thread that starts helper processes. Linux sends a parent-death signal when the <em>thread</em> that forked ends (prctl(2)), so it lives as long as this process.</summary>
internal sealed class LauncherThread
{
    private readonly BlockingCollection<Order> _orders = [];

    private LauncherThread()
    {
        Thread thread = new(Serve) { IsBackground = true, Name = "helper processes" };
        thread.Start();
    }

    public static LauncherThread Instance { get; } = new();

    /// <summary>Starts a process. The exception of a start that failed is the task's.</summary>
    public Task<Process> StartAsync(ProcessStartInfo info)
    {
        Order order = new(info);
        _orders.Add(order);
        return order.Started.Task;
    }

    private void Serve()
    {
        foreach (Order order in _orders.GetConsumingEnumerable())
        {
            Process process = new() { StartInfo = order.Info };
            try
            {
                process.Start();
                order.Started.SetResult(process);
            }
#pragma warning disable CA1031 // Whatever it is belongs to who asked; the thread must go on.
            catch (Exception error)
#pragma warning restore CA1031
            {
                process.Dispose();
                order.Started.SetException(error);
            }
        }
    }

    private sealed record Order(ProcessStartInfo Info)
    {
        public TaskCompletionSource<Process> Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
