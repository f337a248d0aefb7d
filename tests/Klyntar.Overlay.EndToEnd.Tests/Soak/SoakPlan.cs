namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>Draws the events of a soak from its seed.</summary>
internal static class SoakPlan
{
    // Each takes the best part of a minute.
    private const int EventsPerHang = 50;

    // A tor here is ready in some two seconds.
    private const double LongestStartUp = 2.5;
    private const double LongestPause = 3;
    private const double LongestRest = 1;

    private static readonly SoakEventKind[] Passing =
    [
        SoakEventKind.Kill, SoakEventKind.Kill, SoakEventKind.Kill,
        SoakEventKind.KillTwice, SoakEventKind.KillTwice,
        SoakEventKind.KillInStartUp, SoakEventKind.KillInStartUp,
        SoakEventKind.Terminate, SoakEventKind.Terminate,
        SoakEventKind.Pause, SoakEventKind.Pause, SoakEventKind.Pause,
        SoakEventKind.PauseInStartUp,
        SoakEventKind.CutControl, SoakEventKind.CutControl,
    ];

    /// <summary>The events of two gateways, which go on side by side: half of them each, and of those for ever as well.</summary>
    public static (SoakEvent[] First, SoakEvent[] Second) Draw(int events, int seed)
    {
        var random = new Random(seed);
        int hangs = Math.Max(1, events / EventsPerHang);
        return (Half(random, events - (events / 2), hangs - (hangs / 2)), Half(random, events / 2, hangs / 2));
    }

    private static SoakEvent[] Half(Random random, int events, int hangs)
    {
        SoakEventKind[] kinds =
        [
            .. Enumerable.Range(0, hangs).Select(_ => random.Next(2) == 0 ? SoakEventKind.Hang : SoakEventKind.HangInStartUp),
            .. Enumerable.Range(0, events - hangs).Select(_ => Passing[random.Next(Passing.Length)]),
        ];
        random.Shuffle(kinds);
        return [.. kinds.Select(kind => new SoakEvent(kind, Seconds(LongestRest), Seconds(LongestStartUp), Seconds(LongestPause)))];

        TimeSpan Seconds(double most) => TimeSpan.FromSeconds(random.NextDouble() * most);
    }
}
