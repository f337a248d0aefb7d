using System.Diagnostics;

namespace Klyntar.Overlay.Bench;

/// <summary>What the processor did from its start to its end.</summary>
internal sealed class CpuMeter(IWay way)
{
    private readonly double _way = way.CpuSeconds;
    private readonly TimeSpan _load = Environment.CpuUsage.TotalTime;
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Reads it.</summary>
    public CpuUse Read() => new(
        way.CpuSeconds - _way,
        (Environment.CpuUsage.TotalTime - _load).TotalSeconds,
        Stopwatch.GetElapsedTime(_start).TotalSeconds);
}
