using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>What streams cost.</summary>
internal readonly record struct StreamFigures(double Gigabytes, CpuUse Cpu)
{
    public double CpuSecondsPerGigabyte => Cpu.WaySeconds / Gigabytes;

    public double GigabytesPerSecond => Gigabytes / Cpu.Seconds;
}

/// <summary>Streams that carry as much as goes through.</summary>
internal static class StreamLoad
{
    private static readonly TimeSpan RampUp = TimeSpan.FromSeconds(0.3);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static StreamFigures Run(IWay way, Target target, int streams, Direction direction, TimeSpan time)
    {
        Socket[] sockets = new Socket[streams];
        byte request = direction switch { Direction.Down => Target.Source, Direction.Up => Target.Sink, _ => Target.SourceAndSink };
        try
        {
            LoadThreads.Start(streams, i =>
            {
                sockets[i] = Dial.Connect(way, target);
                sockets[i].Send([request]);
            }).Join(Limit);

            long down = 0;
            LoadThreads readers = LoadThreads.Start(streams, i => Pour.In(sockets[i], ref down));
            LoadThreads? writers = direction == Direction.Down ? null : LoadThreads.Start(streams, i => Pour.Out(sockets[i], new byte[256 * 1024]));
            Thread.Sleep(RampUp);

            // Upwards the target counts in one place for all; nobody else uses it meanwhile.
            long before = Volatile.Read(ref down) + Volatile.Read(ref Pour.TakenByTarget);
            CpuMeter meter = new(way);
            Thread.Sleep(time);
            long bytes = Volatile.Read(ref down) + Volatile.Read(ref Pour.TakenByTarget) - before;
            StreamFigures figures = new(bytes / 1e9, meter.Read());

            Close(sockets);
            readers.Join(Limit);
            writers?.Join(Limit);
            return bytes > 0 ? figures : throw new InvalidOperationException($"{way.Name} carried nothing.");
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
