namespace Klyntar.Overlay.Connections.Tests;

/// <summary>Waits until a figure stands still. That something does not happen can only be watched for a while.</summary>
internal static class Stalled
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public static async Task<long> ValueAsync(Func<long> read)
    {
        long last = -1;
        using PeriodicTimer timer = new(Look);
        for (int still = 0; still < 4;)
        {
            await timer.WaitForNextTickAsync();
            long now = read();
            still = now == last && now > 0 ? still + 1 : 0;
            last = now;
        }

        return last;
    }
}
