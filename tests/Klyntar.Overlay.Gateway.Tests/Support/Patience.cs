namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>How long a test waits for what must happen: long enough for a busy machine, and an end to a hang.</summary>
internal static class Patience
{
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    public static async Task<T> SoonAsync<T>(this Task<T> task) => await task.WaitAsync(Limit);

    public static async Task SoonAsync(this Task task) => await task.WaitAsync(Limit);

    public static async Task<T> SoonAsync<T>(this ValueTask<T> task) => await task.AsTask().WaitAsync(Limit);

    /// <summary>The first status that a condition holds for.</summary>
    public static async Task<GatewayStatus> UntilAsync(this GatewayHost host, Func<GatewayStatus, bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        await foreach (GatewayStatus status in host.Status.WatchAsync(limit.Token))
        {
            if (condition(status))
            {
                return status;
            }
        }

        throw new TimeoutException("The status did not come to be.");
    }

    /// <summary>Waits for a condition that nothing announces.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            TimeProvider.System.GetElapsedTime(start).Should().BeLessThan(Limit, "the condition must hold soon");
            await Task.Yield();
        }
    }
}
