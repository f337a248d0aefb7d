using System.Diagnostics;

namespace Klyntar.Overlay.Bench;

/// <summary>Compilers that work while a program runs must have done so before it is measured.</summary>
internal static class Warming
{
    // After a fifth of them the gateway still compiles beside the first 250 ms of what is measured, and those made up its p99.
    private const int FirstConnections = 10_000;

    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static void Run(Proxy proxy, Target target)
    {
        long start = Stopwatch.GetTimestamp();
        ConnectionLoad.Run(proxy, target, FirstConnections, atOnce: 64);
        StreamLoad.Run(proxy, target, 8, Direction.Both, TimeSpan.FromSeconds(0.5));
        Thread.Sleep(Settle);
        ConnectionLoad.Run(proxy, target, 500, atOnce: 64);
        if (Stopwatch.GetElapsedTime(start) > Limit)
        {
            throw new InvalidOperationException($"Warming {proxy.Name} took more than a minute: this machine is too busy to measure anything.");
        }
    }
}
