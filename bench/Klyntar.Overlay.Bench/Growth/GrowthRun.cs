using System.Globalization;

namespace Klyntar.Overlay.Bench;

/// <summary>What one more connection and one more byte cost, where there are few and where there are many. The gateway alone.</summary>
internal sealed class GrowthRun(ProxyKind gateway, int idle, TextWriter progress) : IDisposable
{
    // Where there are few, often enough that there is something to measure.
    private const int LeastOpened = 1_000;
    private const int Connections = 2_000;
    private const long LeastBytes = 500_000_000;
    private const int MostTransfers = 1_000;
    private const long LargestTransfer = 10_000_000_000;

    private static readonly int[] Counts = [1, 10, 100, 1_000];
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    private readonly Target _target = new();

    /// <summary>A size is a subject.</summary>
    public BenchRecord Record { get; } = new();

    public void Run(int rounds)
    {
        for (int round = 1; round <= rounds; round++)
        {
            foreach (int count in (int[])[.. Counts.Where(count => count < idle), idle])
            {
                progress.WriteLine($"Round {round} of {rounds}: {count} connections");
                using Proxy proxy = Proxy.Start(gateway);
                Warming.Run(proxy, _target);
                MeasureConnections(round, proxy, count);
            }

            progress.WriteLine($"Round {round} of {rounds}: transfers");
            using Proxy transfers = Proxy.Start(gateway);
            Warming.Run(transfers, _target);
            for (long bytes = 1; bytes <= LargestTransfer; bytes *= 10)
            {
                MeasureTransfers(round, transfers, bytes);
            }
        }
    }

    public void Dispose() => _target.Dispose();

    private void MeasureConnections(int round, Proxy proxy, int count)
    {
        string size = count.ToString(CultureInfo.InvariantCulture);
        Thread.Sleep(Settle);
        long before = proxy.ProportionalBytes;
        CpuMeter meter = new(proxy);
        int opened = count;
        IdleLoad load = IdleLoad.Open(proxy, _target, count);
        try
        {
            for (; opened < LeastOpened; opened += count)
            {
                load.Dispose();
                load = IdleLoad.Open(proxy, _target, count);
            }

            Record.Add(round, size, "open.cpu-us", meter.Read().WaySeconds / opened * 1e6);
            Thread.Sleep(Settle);

            // Of fewer, what the process itself takes and gives back is more than theirs.
            if (count >= LeastOpened)
            {
                Record.Add(round, size, "idle.KB", (proxy.ProportionalBytes - before) / 1024.0 / count);
            }

            Record.Add(round, size, "conn-beside.cpu-us", ConnectionLoad.Run(proxy, _target, Connections, atOnce: 64).CpuMicroseconds);
        }
        finally
        {
            load.Dispose();
        }
    }

    private void MeasureTransfers(int round, Proxy proxy, long bytes)
    {
        string size = bytes switch { >= 1_000_000_000 => $"{bytes / 1_000_000_000} GB", >= 1_000_000 => $"{bytes / 1_000_000} MB", >= 1_000 => $"{bytes / 1_000} KB", _ => $"{bytes} B" };
        double seconds = TransferLoad.Run(proxy, _target, bytes, (int)Math.Clamp(LeastBytes / bytes, 1, MostTransfers));

        // Below a million bytes the connection costs more than they do.
        if (bytes < 1_000_000)
        {
            Record.Add(round, size, "transfer.cpu-us", seconds * 1e6);
        }
        else
        {
            Record.Add(round, size, "transfer.cpu-s/GB", seconds / bytes * 1e9);
        }
    }
}
