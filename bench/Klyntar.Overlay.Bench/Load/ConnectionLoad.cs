using System.Diagnostics;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Bench;

/// <summary>What connections cost.</summary>
internal readonly record struct ConnectionFigures(int Count, Latency Latency, CpuUse Cpu)
{
    public double CpuMicroseconds => Cpu.WaySeconds / Count * 1e6;

    public double PerSecond => Count / Cpu.Seconds;
}

/// <summary>Connections one after another, many such rows at once: connect, handshake, one byte there and back, close.</summary>
/// <remarks>In one thread over epoll, the gateway's own engine. A thread for each row wakes up four times for each connection, and on two cores the figures then tell who was woken when.</remarks>
internal static class ConnectionLoad
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Ending = TimeSpan.FromMilliseconds(50);

    public static ConnectionFigures Run(IWay way, Target target, int count, int atOnce)
    {
        double[] latencies = new double[count];
        int next = -1;
        CpuMeter meter = new(way);
        using (CancellationTokenSource limit = new(Limit))
        {
            try
            {
                Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(() => RunRowAsync(limit.Token)))).GetAwaiter().GetResult();
            }
            catch (OperationCanceledException)
            {
                throw new InvalidOperationException($"{way.Name} did not carry {count} connections within {Limit.TotalSeconds} s.");
            }
        }

        CpuUse use = meter.Read();

        // The last connections are still being closed, and that is part of what they cost.
        Thread.Sleep(Ending);
        return new ConnectionFigures(count, Latency.Of(latencies), use with { WaySeconds = meter.Read().WaySeconds });

        async Task RunRowAsync(CancellationToken limit)
        {
            byte[] buffer = new byte[Dial.LongestReply];
            byte[] request = [Target.Echo, 42];
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
            {
                long begin = Stopwatch.GetTimestamp();
                using EngineSocket socket = await Dial.ConnectAsync(way, target, buffer, limit);
                await socket.SendAsync(request, limit);
                await Dial.ReceiveAsync(socket, buffer.AsMemory(0, 1), limit);
                latencies[i] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
                if (buffer[0] != 42)
                {
                    throw new InvalidOperationException($"{way.Name} sent another byte back.");
                }
            }
        }
    }
}
