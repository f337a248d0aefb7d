namespace Klyntar.Overlay.Gateway;

/// <summary>How long the gateway waits at its end for what a transport's code does: whatever that is, the gateway ends.</summary>
internal static class EndTime
{
    /// <summary>Longer than any helper program is given to end in good order.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Waits for a task, but not for ever.</summary>
    /// <returns>Whether it ended.</returns>
    public static async Task<bool> SeeAsync(Task ending, TimeProvider clock)
    {
        if (ending.IsCompleted)
        {
            await ending;
            return true;
        }

        using var over = new CancellationTokenSource();
        Task first = await Task.WhenAny(ending, Task.Delay(Limit, clock, over.Token));
        await over.CancelAsync();
        if (first != ending)
        {
            return false;
        }

        await ending;
        return true;
    }
}
