using System.Diagnostics;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>What connections cost.</summary>
internal readonly record struct ConnectionFigures(int Count, Latency Latency, CpuUse Cpu)
{
    public double CpuMicroseconds => Cpu.WaySeconds / Count * 1e6;

    public double PerSecond => Count / Cpu.Seconds;
}

/// <summary>Connections one after another in each of many threads: connect, handshake, one byte there and back, close.</summary>
internal static class ConnectionLoad
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Ending = TimeSpan.FromMilliseconds(50);

    public static ConnectionFigures Run(IWay way, Target target, int count, int atOnce)
    {
        double[] latencies = new double[count];
        int next = -1;
        CpuMeter meter = new(way);
        LoadThreads.Start(atOnce, _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
            {
                long begin = Stopwatch.GetTimestamp();
                using Socket socket = Dial.Connect(way, target);
                Span<byte> buffer = [Target.Echo, 42];
                socket.Send(buffer);
                Dial.Receive(socket, buffer[..1]);
                latencies[i] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
                if (buffer[0] != 42)
                {
                    throw new InvalidOperationException($"{way.Name} sent another byte back.");
                }
            }
        }).Join(Limit);
        CpuUse use = meter.Read();

        // The last connections are still being closed, and that is part of what they cost.
        Thread.Sleep(Ending);
        return new ConnectionFigures(count, Latency.Of(latencies), use with { WaySeconds = meter.Read().WaySeconds });
    }
}
