using System.Buffers.Binary;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Bench;

/// <summary>Waits until one of many sockets can be read (epoll(7), level-triggered): a thousand of them in one thread, at next to no cost.</summary>
internal sealed unsafe partial class Epoll : IDisposable
{
    private const int AddOperation = 1;
    private const int RemoveOperation = 2;
    private const uint Readable = 1;
    private const int MostEvents = 256;

    // struct epoll_event is packed on x64 alone: 32 bits of events, and then 64 of data.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture is Architecture.X64;
    private static readonly int EventSize = IsPacked ? 12 : 16;
    private static readonly int DataOffset = IsPacked ? 4 : 8;

    private readonly int _descriptor = Create(0);
    private readonly byte[] _events = new byte[MostEvents * 16];

    /// <summary>Watches a socket.</summary>
    /// <param name="socket">It must be closed before this is.</param>
    /// <param name="key">What to call it.</param>
    public void Add(Socket socket, int key)
    {
        Span<byte> description = stackalloc byte[EventSize];
        BinaryPrimitives.WriteUInt32LittleEndian(description, Readable);
        BinaryPrimitives.WriteInt32LittleEndian(description[DataOffset..], key);
        fixed (byte* pointer = description)
        {
            if (Control(_descriptor, AddOperation, (int)socket.Handle, pointer) != 0)
            {
                throw new Win32Exception();
            }
        }
    }

    /// <summary>Watches a socket no more.</summary>
    public void Remove(Socket socket) => _ = Control(_descriptor, RemoveOperation, (int)socket.Handle, null);

    /// <summary>Waits and tells which sockets can be read.</summary>
    /// <param name="keys">Takes their keys.</param>
    /// <param name="limit">How long at most, or null for as long as it takes. To the nanosecond, which epoll_wait is not.</param>
    /// <returns>How many there are.</returns>
    public int Wait(Span<int> keys, TimeSpan? limit)
    {
        if (limit is { } time)
        {
            PollDescriptor poll = new(_descriptor);
            TimeSpec left = new(Math.Max(0, time.Ticks) * TimeSpan.NanosecondsPerTick);
            _ = Poll(ref poll, 1, ref left, null);
        }

        fixed (byte* pointer = _events)
        {
            int ready = Wait(_descriptor, pointer, Math.Min(MostEvents, keys.Length), limit is null ? -1 : 0);
            for (int i = 0; i < ready; i++)
            {
                keys[i] = BinaryPrimitives.ReadInt32LittleEndian(_events.AsSpan((i * EventSize) + DataOffset));
            }

            return Math.Max(0, ready);
        }
    }

    public void Dispose() => _ = Close(_descriptor);

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, int operation, int descriptor, byte* description);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    private static partial int Wait(int epoll, byte* events, int count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "ppoll")]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, ref TimeSpec limit, void* signals);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    // struct pollfd.
    private struct PollDescriptor(int descriptor)
    {
        public int Descriptor = descriptor;
        public short Events = (short)Readable;
        public short Returned;
    }

    // struct timespec where a long has 64 bits.
    private struct TimeSpec(long nanoseconds)
    {
        public long Seconds = nanoseconds / 1_000_000_000;
        public long Nanoseconds = nanoseconds % 1_000_000_000;
    }
}
