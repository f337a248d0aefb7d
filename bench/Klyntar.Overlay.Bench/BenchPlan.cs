namespace Klyntar.Overlay.Bench;

/// <summary>How much is measured. Every load is bounded in count or time.</summary>
/// <param name="Rounds">How many rounds; every proxy runs once in each.</param>
/// <param name="StreamTime">How long each stream load is measured.</param>
/// <param name="Connections">How many connections are made to measure their cost.</param>
/// <param name="Idle">How many connections idle at a time, two descriptors each in the proxy and in this process.</param>
/// <param name="Only">The start of the names of the loads to run, or null for all.</param>
internal sealed record BenchPlan(int Rounds, TimeSpan StreamTime, int Connections, int Idle, string? Only)
{
    /// <summary>On how many connections messages go.</summary>
    public const int PingConnections = 1_000;

    /// <summary>How long messages go.</summary>
    public TimeSpan PingTime => StreamTime * 2;

    /// <summary>How long a proxy is watched that has nothing to do.</summary>
    public static readonly TimeSpan RestTime = TimeSpan.FromSeconds(4);

    public bool Includes(string load) => Only is null || load.StartsWith(Only, StringComparison.Ordinal);
}
