using System.Diagnostics;

namespace Klyntar.Overlay.Bench;

/// <summary>Runs the rounds.</summary>
internal static class BenchRun
{
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(300);

    public static BenchRecord Run(BenchPlan plan, IReadOnlyList<ProxyKind> proxies, TextWriter progress)
    {
        using var target = new Target();
        BenchRecord record = new();
        for (int round = 1; round <= plan.Rounds; round++)
        {
            ProxyKind[] order = [.. proxies];
            new Random(round).Shuffle(order);
            foreach (ProxyKind kind in order)
            {
                progress.WriteLine($"Round {round} of {plan.Rounds}: {kind.Name}");
                MeasureLoads(plan, kind, target, record);
                MeasureIdle(plan, kind, target, record);
            }
        }

        return record;
    }

    private static void MeasureLoads(BenchPlan plan, ProxyKind kind, Target target, BenchRecord record)
    {
        using Proxy proxy = Proxy.Start(kind);
        Warm(proxy, target);
        foreach (bool both in (bool[])[false, true])
        {
            foreach (int streams in (int[])[1, 8, 64])
            {
                string load = $"{(both ? "both" : "down")}{streams}";
                if (!plan.Includes(load))
                {
                    continue;
                }

                StreamFigures figures = StreamLoad.Run(proxy, target, streams, both, plan.StreamTime);
                record.Add(kind.Name, $"{load}.cpu-s/GB", figures.CpuSecondsPerGigabyte);
                record.Add(kind.Name, $"{load}.GB/s", figures.GigabytesPerSecond);
                Thread.Sleep(Settle);
            }
        }

        if (plan.Includes("conn"))
        {
            ConnectionFigures figures = ConnectionLoad.Run(proxy, target, plan.Connections, atOnce: 64);
            record.Add(kind.Name, "conn.cpu-us", figures.CpuMicroseconds);
            record.Add(kind.Name, "conn.p50-ms", figures.Latency.P50);
            record.Add(kind.Name, "conn.p99-ms", figures.Latency.P99);
            record.Add(kind.Name, "conn.per-s", figures.PerSecond);
            Thread.Sleep(Settle);
        }

        if (plan.Includes("ping"))
        {
            PingFigures figures = PingLoad.Run(proxy, target, streams: 16, plan.StreamTime);
            record.Add(kind.Name, "ping.cpu-us", figures.CpuMicroseconds);
            record.Add(kind.Name, "ping.p50-ms", figures.Latency.P50);
            record.Add(kind.Name, "ping.p99-ms", figures.Latency.P99);
        }
    }

    private static void MeasureIdle(BenchPlan plan, ProxyKind kind, Target target, BenchRecord record)
    {
        if (!plan.Includes("idle"))
        {
            return;
        }

        using Proxy proxy = Proxy.Start(kind);
        ConnectionLoad.Run(proxy, target, 64, atOnce: 8);
        Thread.Sleep(Settle);
        long before = proxy.ProportionalBytes();
        using (IdleLoad.Open(proxy, target, plan.Idle))
        {
            // Handshakes are over and whatever was pooled for them may be given back.
            Thread.Sleep(TimeSpan.FromSeconds(2));
            long with = proxy.ProportionalBytes();
            record.Add(kind.Name, "idle.KB", (with - before) / 1024.0 / plan.Idle);
            record.Add(kind.Name, "base.MB", before / 1024.0 / 1024.0);
        }
    }

    // Compilers that work while a program runs must have done so before it is measured.
    private static void Warm(Proxy proxy, Target target)
    {
        long start = Stopwatch.GetTimestamp();
        ConnectionLoad.Run(proxy, target, 2_000, atOnce: 64);
        StreamLoad.Run(proxy, target, 8, both: true, TimeSpan.FromSeconds(0.5));
        Thread.Sleep(Settle);
        ConnectionLoad.Run(proxy, target, 500, atOnce: 64);
        if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(1))
        {
            throw new InvalidOperationException($"Warming {proxy.Name} took more than a minute: this machine is too busy to measure anything.");
        }
    }
}
