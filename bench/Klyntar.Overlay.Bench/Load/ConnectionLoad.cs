using System.Diagnostics;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>What connections cost.</summary>
internal readonly record struct ConnectionFigures(double CpuMicroseconds, Latency Latency, double PerSecond);

/// <summary>Connections one after another in each of many threads: connect, handshake, one byte there and back, close.</summary>
internal static class ConnectionLoad
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static ConnectionFigures Run(Proxy proxy, Target target, int count, int atOnce)
    {
        double[] latencies = new double[count];
        int next = -1;
        double cpu = proxy.CpuSeconds;
        long start = Stopwatch.GetTimestamp();
        LoadThreads.Start(atOnce, _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
            {
                long begin = Stopwatch.GetTimestamp();
                using Socket socket = SocksDial.Connect(proxy, target);
                Span<byte> buffer = [Target.Echo, 42];
                socket.Send(buffer);
                SocksDial.Receive(socket, buffer[..1]);
                latencies[i] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
                if (buffer[0] != 42)
                {
                    throw new InvalidOperationException($"{proxy.Name} sent another byte back.");
                }
            }
        }).Join(Limit);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        // The last connections are still being closed.
        Thread.Sleep(50);
        return new ConnectionFigures((proxy.CpuSeconds - cpu) / count * 1e6, Latency.Of(latencies), count / seconds);
    }
}
