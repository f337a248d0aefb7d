using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>Runs the rounds.</summary>
internal sealed class BenchRun(BenchPlan plan, TextWriter progress) : IDisposable
{
    private readonly Target _target = new();

    public BenchRecord Record { get; } = new();

    /// <summary>Every proxy in every round, and the way without one, in an order that is shuffled for each.</summary>
    public void Run(ProxyKind gateway, IEnumerable<ProxyKind> peers)
    {
        // Null is no proxy.
        List<ProxyKind?> kinds = [gateway, .. peers, null];
        for (int round = 1; round <= plan.Rounds; round++)
        {
            ProxyKind?[] order = [.. kinds];
            new Random(round).Shuffle(order);
            foreach (ProxyKind? kind in order)
            {
                progress.WriteLine($"Round {round} of {plan.Rounds}: {kind?.Name ?? DirectWay.Direct}");
                try
                {
                    Measure(round, kind);
                }
                catch (InvalidOperationException e) when (kind is not null && kind != gateway)
                {
                    progress.WriteLine($"bench: {kind.Name} is left out from here on: {e.Message}");
                    kinds.Remove(kind);
                }
            }
        }
    }

    public void Dispose() => _target.Dispose();

    private void Measure(int round, ProxyKind? kind)
    {
        if (kind is null)
        {
            MeasureLoads(round, new DirectWay());
            return;
        }

        UseFresh(kind, proxy =>
        {
            Warming.Run(proxy, _target);
            MeasureLoads(round, proxy);
        });
        if (plan.Loads.Includes("idle"))
        {
            UseFresh(kind, proxy => MeasureIdle(round, proxy, Math.Min(plan.Idle, kind.MostIdle)));
        }
    }

    private static void UseFresh(ProxyKind kind, Action<Proxy> use)
    {
        using Proxy proxy = Proxy.Start(kind);
        try
        {
            use(proxy);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or SocketException)
        {
            throw new InvalidOperationException($"{e.Message} {proxy.State}", e);
        }
    }

    private void MeasureLoads(int round, IWay way)
    {
        foreach (Direction direction in Enum.GetValues<Direction>())
        {
            foreach (int streams in (int[])[1, 8, 64])
            {
                MeasureStreams(round, way, streams, direction);
            }
        }

        if (plan.Loads.Includes("conn"))
        {
            ConnectionFigures figures = ConnectionLoad.Run(way, _target, plan.Connections, atOnce: 64);
            AddCost("conn.cpu-us", figures.CpuMicroseconds);
            Add("conn.p50-ms", figures.Latency.P50);
            Add("conn.p99-ms", figures.Latency.P99);
            Add("conn.per-s", figures.PerSecond);
            AddCost("conn.proxy-cores", figures.Cpu.WayCores);
            Add("conn.load-share", figures.Cpu.LoadShare);
            Thread.Sleep(plan.Settle);
        }

        if (plan.Loads.Includes("ping"))
        {
            using PingLoad load = PingLoad.Open(way, _target, BenchPlan.PingConnections);
            load.Run(way, BenchPlan.PingWarming);
            Thread.Sleep(plan.Settle);
            PingFigures figures = load.Run(way, plan.PingTime);
            AddCost("ping.cpu-us", figures.CpuMicroseconds);
            Add("ping.p50-ms", figures.Latency.P50);
            Add("ping.p99-ms", figures.Latency.P99);
            Add("ping.per-s", figures.PerSecond);
        }

        void Add(string metric, double figure) => Record.Add(round, way.Name, metric, figure);

        // Without a proxy there is nobody whose costs count.
        void AddCost(string metric, double figure)
        {
            if (way is Proxy)
            {
                Add(metric, figure);
            }
        }
    }

    private void MeasureStreams(int round, IWay way, int streams, Direction direction)
    {
        string load = $"{(direction switch { Direction.Down => "down", Direction.Up => "up", _ => "both" })}{streams}";
        if (!plan.Loads.Includes(load))
        {
            return;
        }

        StreamFigures figures = StreamLoad.Run(way, _target, streams, direction, plan.StreamTime);
        if (way is Proxy)
        {
            Record.Add(round, way.Name, load + Metric.CpuPerGigabyte, figures.CpuSecondsPerGigabyte);
            Record.Add(round, way.Name, load + Metric.Cores, figures.Cpu.WayCores);
        }

        Record.Add(round, way.Name, load + Metric.GigabytesPerSecond, figures.GigabytesPerSecond);
        Record.Add(round, way.Name, load + Metric.Share, figures.Cpu.LoadShare);
        Thread.Sleep(plan.Settle);
    }

    private void MeasureIdle(int round, Proxy proxy, int count)
    {
        Record.Add(round, proxy.Name, "start.ms", proxy.StartTime.TotalMilliseconds);
        ConnectionLoad.Run(proxy, _target, 64, atOnce: 8);
        Thread.Sleep(BenchPlan.Rest);
        long before = proxy.ProportionalBytes;
        Record.Add(round, proxy.Name, "rest.MB", before / 1024.0 / 1024.0);
        CpuMeter meter = new(proxy);
        Thread.Sleep(plan.RestTime);
        Record.Add(round, proxy.Name, "rest.cpu-ms/s", meter.Read().WayCores * 1_000);
        using (IdleLoad.Open(proxy, _target, count))
        {
            Thread.Sleep(plan.IdleTime);
            Record.Add(round, proxy.Name, "idle.KB", (proxy.ProportionalBytes - before) / 1024.0 / count);
        }
    }
}
