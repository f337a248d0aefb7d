using System.Buffers.Binary;
using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>Connections that carry a given number of bytes from the target, one after another.</summary>
internal static class TransferLoad
{
    private static readonly TimeSpan Ending = TimeSpan.FromMilliseconds(50);

    /// <summary>What they cost, in seconds of the proxy's processor time for each.</summary>
    public static double Run(Proxy proxy, Target target, long bytes, int count)
    {
        byte[] request = [Target.Counted, .. new byte[sizeof(long)]];
        BinaryPrimitives.WriteInt64BigEndian(request.AsSpan(1), bytes);
        CpuMeter meter = new(proxy);
        for (int i = 0; i < count; i++)
        {
            using Socket socket = Dial.Connect(proxy, target);
            socket.Send(request);
            long got = 0;
            Pour.In(socket, ref got);
            if (got != bytes)
            {
                throw new InvalidOperationException($"{proxy.Name} carried {got} bytes of {bytes}.");
            }
        }

        // The last connection is still being closed.
        Thread.Sleep(Ending);
        return meter.Read().WaySeconds / count;
    }
}
