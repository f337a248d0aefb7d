using System.Diagnostics;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>What small messages cost.</summary>
internal readonly record struct PingFigures(int Count, Latency Latency, CpuUse Cpu)
{
    public double CpuMicroseconds => Cpu.WaySeconds / Count * 1e6;

    public double PerSecond => Count / Cpu.Seconds;
}

/// <summary>64 bytes there and back on many connections in turn, at a fixed rate: a proxy that is slow is not asked less.</summary>
internal sealed class PingLoad : IDisposable
{
    /// <summary>How many go out in a second.</summary>
    public const int Rate = 4_000;

    private const int Size = 64;
    private const int Threads = 32;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LastReplies = TimeSpan.FromSeconds(2);

    private readonly Epoll _epoll = new();
    private readonly Socket?[] _sockets;
    private readonly long[] _sent;
    private readonly int[] _got;
    private readonly List<double> _latencies = [];

    private PingLoad(int connections)
    {
        _sockets = new Socket[connections];
        _sent = new long[connections];
        _got = new int[connections];
    }

    /// <summary>Opens connections, and sends one message on each.</summary>
    public static PingLoad Open(IWay way, Target target, int connections)
    {
        PingLoad load = new(connections);
        int next = -1;
        try
        {
            LoadThreads.Start(Threads, _ =>
            {
                byte[] message = new byte[Size];
                for (int i; (i = Interlocked.Increment(ref next)) < connections;)
                {
                    Socket socket = Dial.Connect(way, target);
                    load._sockets[i] = socket;
                    socket.Send([Target.Echo]);
                    socket.Send(message);
                    Dial.Receive(socket, message);
                    load._epoll.Add(socket, i);
                }
            }).Join(Limit);
            return load;
        }
        catch
        {
            load.Dispose();
            throw;
        }
    }

    public PingFigures Run(IWay way, TimeSpan time)
    {
        byte[] message = new byte[Size];
        int[] ready = new int[256];
        long interval = Stopwatch.Frequency / Rate;
        _latencies.Clear();
        CpuMeter meter = new(way);
        long due = Stopwatch.GetTimestamp();
        long end = due + (long)(time.TotalSeconds * Stopwatch.Frequency);
        int next = 0;
        int under = 0;
        for (long now = due; now < end || (under > 0 && Stopwatch.GetElapsedTime(end, now) < LastReplies); now = Stopwatch.GetTimestamp())
        {
            for (; due <= now && due < end; due += interval)
            {
                int i = next++ % _sockets.Length;

                // Whose last answer has not come by its next turn is left alone.
                if (_sent[i] == 0)
                {
                    _sent[i] = Stopwatch.GetTimestamp();
                    _sockets[i]!.Send(message);
                    under++;
                }
            }

            int count = _epoll.Wait(ready, due < end ? Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) : under > 0 ? LastReplies : TimeSpan.Zero);
            for (int i = 0; i < count; i++)
            {
                under -= Take(way, ready[i], message) ? 1 : 0;
            }
        }

        return under == 0
            ? new PingFigures(_latencies.Count, Latency.Of(_latencies), meter.Read())
            : throw new InvalidOperationException($"{way.Name} left {under} of {_latencies.Count + under} messages unanswered.");
    }

    public void Dispose()
    {
        foreach (Socket? socket in _sockets)
        {
            socket?.Close(timeout: 0);
        }

        _epoll.Dispose();
    }

    // Whether the answer is whole.
    private bool Take(IWay way, int i, byte[] buffer)
    {
        int got = _sockets[i]!.Receive(buffer, Size - _got[i], SocketFlags.None);
        if (got == 0)
        {
            throw new InvalidOperationException($"{way.Name} closed a connection.");
        }

        _got[i] += got;
        if (_got[i] < Size)
        {
            return false;
        }

        _latencies.Add(Stopwatch.GetElapsedTime(_sent[i]).TotalMilliseconds);
        _sent[i] = 0;
        _got[i] = 0;
        return true;
    }
}
