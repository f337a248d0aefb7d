using System.Net.Sockets;

namespace Klyntar.Overlay.Bench;

/// <summary>Connections that have carried one byte each way and then nothing.</summary>
internal sealed class IdleLoad : IDisposable
{
    private const int Threads = 32;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly Socket?[] _sockets;
    private readonly Target _target;

    private IdleLoad(int count, Target target)
    {
        _sockets = new Socket[count];
        _target = target;
    }

    public static IdleLoad Open(IWay way, Target target, int count)
    {
        IdleLoad load = new(count, target);
        int next = -1;
        try
        {
            LoadThreads.Start(Threads, _ =>
            {
                Span<byte> answer = stackalloc byte[1];
                for (int i; (i = Interlocked.Increment(ref next)) < count;)
                {
                    Socket socket = Dial.Connect(way, target);
                    load._sockets[i] = socket;
                    socket.Send([Target.Hold]);
                    Dial.Receive(socket, answer);
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

    public void Dispose()
    {
        foreach (Socket? socket in _sockets)
        {
            socket?.Close(timeout: 0);
        }

        _target.Release();
    }
}
