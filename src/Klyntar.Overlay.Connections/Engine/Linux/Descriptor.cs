using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>A descriptor of the Linux engine, and its two directions. Closing is safe from any thread: the number is given back when the last call on it has returned.</summary>
internal sealed class Descriptor
{
    private const int Closed = 1 << 30;

    private readonly EpollLoop _loop;

    // The owner of a number that must be closed in another way; null for close(2).
    private readonly IDisposable? _owner;

    private int _users;
    private int _isReleased;
    private uint _interest;
    private bool _hasMore;
    private uint _ends;
    private Readiness? _input;
    private Readiness? _output;

    public Descriptor(EpollLoop loop, int number, IDisposable? owner = null)
    {
        _loop = loop;
        _owner = owner;
        Number = number;
    }

    public int Number { get; }

    /// <summary>Tells this descriptor from others that had its number before. The loop's.</summary>
    public uint Stamp { get; set; }

    /// <summary>Whether the kernel was asked to tell of input.</summary>
    public bool IsInputWatched => Volatile.Read(ref _input) is not null;

    /// <summary>
    /// Whether there may be more to receive than its edges tell of: an end that came with bytes has no edge of its own, and a receive
    /// stops short of urgent bytes. Else a receive that did not fill its buffer was the last one.
    /// </summary>
    public bool HasMoreThanEdges => Volatile.Read(ref _hasMore);

    /// <summary>Whether the kernel told of the other side's end, and that was all: it tells of a reset, and of a connection that is over, in the same breath or later.</summary>
    public bool HasEndedInOrder => Volatile.Read(ref _ends) == Libc.EpollReadHangUp;

    public bool IsClosed => (Volatile.Read(ref _users) & Closed) != 0;

    /// <summary>Keeps the number until <see cref="Leave"/>; false once closed.</summary>
    public bool TryEnter()
    {
        if ((Interlocked.Increment(ref _users) & Closed) == 0)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Gives the number up; the last one closes what was closed meanwhile.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == Closed)
        {
            Release();
        }
    }

    /// <summary>What may be received: its edges are watched from the first use on.</summary>
    /// <exception cref="SocketException">The kernel cannot watch the descriptor.</exception>
    public Readiness Input => Watch(ref _input, Libc.EpollIn | Libc.EpollUrgent | Libc.EpollReadHangUp);

    /// <summary>What may be sent, likewise. Most descriptors never wait for it, and so never ask.</summary>
    /// <exception cref="SocketException">The kernel cannot watch the descriptor.</exception>
    public Readiness Output => Watch(ref _output, Libc.EpollOut);

    /// <summary>What epoll told. On the loop.</summary>
    public void OnEvents(uint events)
    {
        const uint Ends = Libc.EpollError | Libc.EpollHangUp;
        const uint AllEnds = Libc.EpollReadHangUp | Ends;
        if ((events & AllEnds) != 0)
        {
            Volatile.Write(ref _ends, _ends | (events & AllEnds));
        }

        if ((events & (Libc.EpollReadHangUp | Libc.EpollUrgent | Ends)) != 0)
        {
            Volatile.Write(ref _hasMore, true);
        }

        if ((events & (Libc.EpollIn | Libc.EpollUrgent | Libc.EpollReadHangUp | Ends)) != 0)
        {
            Volatile.Read(ref _input)?.Signal();
        }

        if ((events & (Libc.EpollOut | Ends)) != 0)
        {
            Volatile.Read(ref _output)?.Signal();
        }
    }

    /// <summary>Closes, and ends every wait. More than once does nothing.</summary>
    public void Close()
    {
        int before = Interlocked.Or(ref _users, Closed);
        if ((before & Closed) != 0)
        {
            return;
        }

        lock (this)
        {
            _input?.Close();
            _output?.Close();
        }

        if (before == 0)
        {
            Release();
        }
    }

    private Readiness Watch(ref Readiness? direction, uint interest)
    {
        if (Volatile.Read(ref direction) is { } known)
        {
            return known;
        }

        lock (this)
        {
            Readiness made = new(_loop);
            Volatile.Write(ref direction, made);
            if (!TryEnter())
            {
                made.Close();
                return made;
            }

            int error = _loop.Watch(this, _interest | interest, isNew: _interest == 0);
            Leave();
            if (error != 0)
            {
                Volatile.Write(ref direction, null);
                throw Errno.ToException(error);
            }

            _interest |= interest;
            return made;
        }
    }

    private void Release()
    {
        // Whoever was refused entry may meet whoever leaves last.
        if (Interlocked.Exchange(ref _isReleased, 1) != 0)
        {
            return;
        }

        if (Stamp != 0)
        {
            _loop.Forget(this);
        }

        if (_owner is null)
        {
            _ = Libc.Close(Number);
        }
        else
        {
            _owner.Dispose();
        }
    }
}
