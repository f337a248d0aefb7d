namespace Klyntar.Overlay.Bench;

/// <summary>How much is measured. Every load is bounded in count or time.</summary>
/// <param name="Rounds">How many rounds; every proxy runs once in each.</param>
/// <param name="StreamTime">How long each stream load is measured.</param>
/// <param name="Connections">How many connections are made to measure their cost.</param>
/// <param name="Idle">How many connections idle at a time, two descriptors each in the proxy and in this process.</param>
/// <param name="Only">The start of the names of the loads to run, or null for all.</param>
internal sealed record BenchPlan(int Rounds, TimeSpan StreamTime, int Connections, int Idle, string? Only)
{
    public bool Includes(string load) => Only is null || load.StartsWith(Only, StringComparison.Ordinal);
}
