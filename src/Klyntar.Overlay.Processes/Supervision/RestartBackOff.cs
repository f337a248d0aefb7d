namespace Klyntar.Overlay.Processes;

/// <summary>Waits between runs: doubling from the first to the longest, with jitter, and starting over after a run that lasted, or worked.</summary>
public sealed record RestartBackOff
{
    /// <summary>The wait after the first failure.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A run that lasted this long was a success, whether or not it ever told that it worked.</summary>
    public TimeSpan Lasting { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The wait before the next run: between half of the nominal wait and all of it, in whole milliseconds as timers are.</summary>
    /// <param name="failures">How many runs failed in a row; 0 and 1 wait the same.</param>
    /// <param name="random">From 0 to 1.</param>
    internal TimeSpan Wait(int failures, double random)
    {
        double nominal = Math.Min(First.TotalMilliseconds * Math.Pow(2, Math.Max(0, failures - 1)), Longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Ceiling(nominal * (0.5 + (random / 2))));
    }

    internal void Check()
    {
        if (First <= TimeSpan.Zero || Longest < First || Lasting < TimeSpan.Zero)
        {
            throw new ArgumentException($"The first wait must be above zero and not above the longest: {First}, {Longest}.");
        }
    }
}
