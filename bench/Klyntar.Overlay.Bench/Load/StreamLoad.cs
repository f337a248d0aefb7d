using System.Diagnostics;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>What streams cost.</summary>
internal readonly record struct StreamFigures(double CpuSecondsPerGigabyte, double GigabytesPerSecond);

/// <summary>Streams that carry as much as goes through, down or both ways.</summary>
internal static class StreamLoad
{
    private static readonly TimeSpan RampUp = TimeSpan.FromSeconds(0.3);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static StreamFigures Run(Proxy proxy, Target target, int streams, bool both, TimeSpan time)
    {
        Socket[] sockets = new Socket[streams];
        try
        {
            LoadThreads.Start(streams, i =>
            {
                sockets[i] = SocksDial.Connect(proxy, target);
                sockets[i].Send([both ? Target.SourceAndSink : Target.Source]);
            }).Join(Limit);

            long down = 0;
            LoadThreads readers = LoadThreads.Start(streams, i => Pour.In(sockets[i], ref down));
            LoadThreads? writers = both ? LoadThreads.Start(streams, i => Pour.Out(sockets[i], new byte[256 * 1024])) : null;
            Thread.Sleep(RampUp);

            // Upwards the target counts in one place for all; nobody else uses it meanwhile.
            long before = Volatile.Read(ref down) + (both ? Volatile.Read(ref Pour.TakenByTarget) : 0);
            double cpu = proxy.CpuSeconds;
            long start = Stopwatch.GetTimestamp();
            Thread.Sleep(time);
            double cpuUsed = proxy.CpuSeconds - cpu;
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double gigabytes = (Volatile.Read(ref down) + (both ? Volatile.Read(ref Pour.TakenByTarget) : 0) - before) / 1e9;

            Close(sockets);
            readers.Join(Limit);
            writers?.Join(Limit);
            return new StreamFigures(cpuUsed / gigabytes, gigabytes / seconds);
        }
        finally
        {
            Close(sockets);
        }
    }

    private static void Close(Socket?[] sockets)
    {
        foreach (Socket? socket in sockets)
        {
            if (socket is not null)
            {
                // With a reset: what is under way is of no interest.
                socket.Close(timeout: 0);
            }
        }
    }
}
