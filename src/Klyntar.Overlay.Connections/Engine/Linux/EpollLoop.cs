using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Connections;

/// <summary>One thread that waits for descriptors with epoll(7), edge-triggered, and runs what waited for them.</summary>
internal sealed unsafe class EpollLoop
{
    private const int MaxEvents = 256;

    // Posted work is run in portions, so that sockets get their turn however much of it there is.
    private const int MaxWork = 8;

    // struct epoll_event { uint32_t events; epoll_data_t data; }: packed on x64 and nowhere else (<sys/epoll.h>).
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventSize - sizeof(ulong);

    [ThreadStatic]
    private static EpollLoop? s_current;

    private readonly int _epoll;
    private readonly int _wake;
    private readonly ConcurrentQueue<ILoopWork> _posted = new();
    private readonly Lock _gate = new();

    // By number, so that an event finds its descriptor. A number is used again once it was closed; the stamp tells.
    private Descriptor?[] _descriptors = new Descriptor?[256];
    private uint _lastStamp;

    // Whether something was posted that the loop has not seen: from other threads, and from itself.
    private int _isAwake;
    private bool _hasWork;

    /// <summary>Starts the thread.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The kernel gives no epoll.</exception>
    public EpollLoop()
    {
        _epoll = Libc.EpollCreate(Libc.CloseOnExec);
        _wake = _epoll < 0 ? -1 : Libc.EventDescriptor(0, Libc.CloseOnExec | Libc.NonBlock);
        if (_wake < 0 || Control(Libc.EpollAdd, _wake, Libc.EpollIn | Libc.EpollEdge, (uint)_wake) < 0)
        {
            throw Errno.ToException(Errno.Last);
        }

        new Thread(Run) { IsBackground = true, Name = "overlay sockets" }.Start();
    }

    /// <summary>Whether the caller runs on an engine's loop, where nothing may block.</summary>
    public static bool IsCurrent => s_current is not null;

    /// <summary>Runs something on the loop, after what was posted before.</summary>
    public void Post(ILoopWork work)
    {
        _posted.Enqueue(work);
        if (s_current == this)
        {
            _hasWork = true;
        }
        else if (Interlocked.Exchange(ref _isAwake, 1) == 0)
        {
            // Edge-triggered: each write is an event, and the count need not be read.
            ulong one = 1;
            _ = Libc.Write(_wake, (byte*)&one, sizeof(ulong));
        }
    }

    /// <summary>Has the kernel tell of a descriptor's edges from now on, and of what is so already.</summary>
    /// <returns>0, or the error.</returns>
    public int Watch(Descriptor descriptor, uint interest, bool isNew)
    {
        int number = descriptor.Number;
        if (isNew)
        {
            lock (_gate)
            {
                if (number >= _descriptors.Length)
                {
                    Array.Resize(ref _descriptors, Math.Max(number + 1, 2 * _descriptors.Length));
                }

                descriptor.Stamp = ++_lastStamp;
                Volatile.Write(ref _descriptors[number], descriptor);
            }
        }

        ulong data = (ulong)descriptor.Stamp << 32 | (uint)number;
        return Control(isNew ? Libc.EpollAdd : Libc.EpollModify, number, interest | Libc.EpollEdge, data) == 0 ? 0 : Errno.Last;
    }

    /// <summary>Forgets a descriptor that is about to be closed, which is what ends the kernel's watching.</summary>
    public void Forget(Descriptor descriptor)
    {
        lock (_gate)
        {
            _descriptors[descriptor.Number] = null;
        }
    }

    private int Control(int operation, int descriptor, uint interest, ulong data)
    {
        byte* value = stackalloc byte[16];
        Unsafe.WriteUnaligned(value, interest);
        Unsafe.WriteUnaligned(value + DataOffset, data);
        return Libc.EpollControl(_epoll, operation, descriptor, value);
    }

    private void Run()
    {
        s_current = this;
        byte* events = (byte*)NativeMemory.Alloc((nuint)(MaxEvents * EventSize));
        while (true)
        {
            Turn(events);
        }
    }

    // A method of its own, which is called anew each time: one that never ends is never compiled as one that runs often.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Turn(byte* events)
    {
        int count = Libc.EpollWait(_epoll, events, MaxEvents, _hasWork ? 0 : -1);
        if (count < 0)
        {
            count = Libc.EpollLook(_epoll, events, MaxEvents, 0);
            if (count < 0 && Errno.Last is int error and not Errno.Interrupted)
            {
                // Only a bug can do that, and without the loop nothing is served.
                throw Errno.ToException(error);
            }
        }

        for (int i = 0; i < count; i++)
        {
            byte* one = events + (i * EventSize);
            Dispatch(Unsafe.ReadUnaligned<uint>(one), Unsafe.ReadUnaligned<ulong>(one + DataOffset));
        }

        if (Volatile.Read(ref _isAwake) != 0)
        {
            // From here on a post wakes again; what was posted before is run now.
            _ = Interlocked.Exchange(ref _isAwake, 0);
            _hasWork = true;
        }

        if (_hasWork)
        {
            RunPosted();
        }
    }

    private void RunPosted()
    {
        for (int i = 0; i < MaxWork; i++)
        {
            if (!_posted.TryDequeue(out ILoopWork? work))
            {
                _hasWork = false;
                return;
            }

            work.Run();
        }
    }

    private void Dispatch(uint events, ulong data)
    {
        int number = (int)(uint)data;
        Descriptor?[] descriptors = Volatile.Read(ref _descriptors);
        if (number < descriptors.Length && Volatile.Read(ref descriptors[number]) is { } descriptor && descriptor.Stamp == (uint)(data >> 32))
        {
            descriptor.OnEvents(events);
        }
    }
}
