using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>What small messages cost.</summary>
internal readonly record struct PingFigures(double CpuMicroseconds, Latency Latency);

/// <summary>64 bytes there and back, again and again on each of some streams.</summary>
internal static class PingLoad
{
    private const int Size = 64;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static PingFigures Run(Proxy proxy, Target target, int streams, TimeSpan time)
    {
        ConcurrentBag<List<double>> all = [];
        using Barrier start = new(streams + 1);
        bool isOver = false;
        LoadThreads threads = LoadThreads.Start(streams, _ =>
        {
            List<double> latencies = [];
            byte[] message = new byte[Size];
            Socket? socket = null;
            try
            {
                socket = SocksDial.Connect(proxy, target);
                socket.Send([Target.Echo]);
            }
            finally
            {
                start.SignalAndWait(Limit);
            }

            using (socket)
            {
                while (!Volatile.Read(ref isOver))
                {
                    long begin = Stopwatch.GetTimestamp();
                    socket.Send(message);
                    SocksDial.Receive(socket, message);
                    latencies.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                }
            }

            all.Add(latencies);
        });
        start.SignalAndWait(Limit);
        double cpu = proxy.CpuSeconds;
        Thread.Sleep(time);
        double cpuUsed = proxy.CpuSeconds - cpu;
        Volatile.Write(ref isOver, true);
        threads.Join(Limit);
        return new PingFigures(cpuUsed / all.Sum(l => l.Count) * 1e6, Latency.Of(all.SelectMany(l => l)));
    }
}
