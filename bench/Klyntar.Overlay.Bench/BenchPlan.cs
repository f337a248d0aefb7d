namespace Klyntar.Overlay.Bench;

/// <summary>How much is measured. Every load is bounded in count or time.</summary>
/// <param name="Rounds">How many rounds; every proxy runs once in each.</param>
/// <param name="StreamTime">How long each stream load is measured.</param>
/// <param name="Connections">How many connections are made to measure their cost.</param>
/// <param name="Idle">How many connections idle at a time, two descriptors each in the proxy and in this process.</param>
/// <param name="Loads">Which loads run.</param>
/// <param name="IsQuick">Whether pauses are short, too.</param>
internal sealed record BenchPlan(int Rounds, TimeSpan StreamTime, int Connections, int Idle, Parts Loads, bool IsQuick)
{
    /// <summary>The names of the loads.</summary>
    public static IReadOnlyList<string> AllLoads { get; } = ["down1", "down8", "down64", "up1", "up8", "up64", "both1", "both8", "both64", "conn", "ping", "idle"];

    /// <summary>On how many connections messages go.</summary>
    public const int PingConnections = 1_000;

    /// <summary>How long messages go.</summary>
    public TimeSpan PingTime => StreamTime * 2;

    /// <summary>How long messages go before they count: what comes first is still being compiled.</summary>
    public static readonly TimeSpan PingWarming = TimeSpan.FromSeconds(1);

    /// <summary>Between two loads.</summary>
    public TimeSpan Settle => TimeSpan.FromMilliseconds(IsQuick ? 50 : 300);

    /// <summary>Until compilers and collectors have done what the warming left them to do.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(3);

    /// <summary>How long a proxy is watched that has nothing to do.</summary>
    public TimeSpan RestTime => TimeSpan.FromSeconds(IsQuick ? 2 : 4);

    /// <summary>Until handshakes are over, and whatever was pooled for them may have been given back.</summary>
    public TimeSpan IdleTime => TimeSpan.FromSeconds(IsQuick ? 2 : 3);
}
