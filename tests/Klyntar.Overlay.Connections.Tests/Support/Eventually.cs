using System.Diagnostics;

namespace Klyntar.Overlay.Connections.Tests;

/// <summary>Waits for what follows at once in another thread.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition)
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(30), "the condition should have come true");
            await Task.Yield();
        }
    }
}
