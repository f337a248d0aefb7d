using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Klyntar.Overlay.Connections;

/// <summary>The one-way copy of the Linux engine. Few bytes go through memory; where more come than one receive takes, through a pipe of the kernel.</summary>
/// <remarks>
/// A copy that waits for its source holds neither a buffer nor a pipe. Every step but the first tries, and waits when the kernel
/// says EAGAIN, or would: see <see cref="Descriptor.HasMoreThanEdges"/>.
/// </remarks>
internal sealed class LinuxCopy(LinuxSocket source, LinuxSocket destination, ICopyProgress progress) : ILoopWork
{
    // On the stack. For requests, pings and small pages copying it twice costs less than two calls of splice.
    private const int Little = 16 * 1024;

    // Then whatever else waits for the loop has its turn.
    private const int Turn = 1024 * 1024;

    private readonly Descriptor _from = source.Descriptor;
    private readonly Descriptor _to = destination.Descriptor;
    private readonly bool _isFromTcp = source.IsTcp;

    // What was received and not yet sent: in the pipe, or in the buffer.
    private KernelPipe? _pipe;
    private int _inPipe;
    private byte[]? _buffer;
    private int _sent;
    private int _received;

    // Whether the source gives much at a time, and how much it gave since it last had nothing.
    private bool _isBulk;
    private bool _cannotSplice;
    private long _run;
    private int _error;

    // Whether the source may have more for the pipe, and the error that it told while there was something in it: a socket tells one once.
    private bool _mayFill;
    private int _failure;

    private enum Step
    {
        Moved,
        SourceDry,
        DestinationFull,
        TurnOver,
        Ended,
        Closed,
        SourceFailed,
        DestinationFailed,
    }

    /// <summary>Copies until the source ends. See <see cref="SocketEngine.Copy"/>.</summary>
    public void Start()
    {
        // Both numbers are kept until the copy is over: closing is seen after each step and each wait.
        if (!_from.TryEnter())
        {
            progress.OnEnded(CopyOutcome.Stopped);
        }
        else if (!_to.TryEnter())
        {
            _from.Leave();
            progress.OnEnded(CopyOutcome.Stopped);
        }
        else
        {
            // Most copies begin before there is anything to copy.
            Run(isDry: source.IsDrained);
        }
    }

    /// <summary>Goes on: on the loop, after each wait.</summary>
    public void Run() => Run(isDry: false);

    private void Run(bool isDry)
    {
        CopyEnd failing = CopyEnd.SourceFailed;
        CopyOutcome outcome;
        try
        {
            while (true)
            {
                // A descriptor that is not watched yet is told of what is so already.
                Step step = _from.IsInputWatched && !isDry ? Move() : Step.SourceDry;
                isDry = false;
                failing = step is Step.DestinationFull or Step.DestinationFailed ? CopyEnd.DestinationFailed : CopyEnd.SourceFailed;
                switch (step)
                {
                    case Step.SourceDry:
                        ReleasePipe();
                        Readiness input = _from.Input;
                        input.ForgetAwaiter();
                        if (input.TryWait(this))
                        {
                            return;
                        }

                        continue;
                    case Step.DestinationFull:
                        if (_to.Output.TryWait(this))
                        {
                            return;
                        }

                        continue;
                    case Step.TurnOver:
                        source.Loop.Post(this);
                        return;
                    case Step.Ended:
                        outcome = source.WasReset() ? new CopyOutcome(failing, new SocketException((int)SocketError.ConnectionReset)) : CopyOutcome.Fin;
                        break;
                    case Step.Closed:
                        outcome = CopyOutcome.Stopped;
                        break;
                    default:
                        outcome = new CopyOutcome(failing, Errno.ToException(_error));
                        break;
                }

                break;
            }
        }
        catch (Exception e)
        {
            // The kernel watches no more descriptors; and whatever else fails ends this copy, not the loop and so the process.
            outcome = new CopyOutcome(failing, e);
        }

        ReleasePipe();
        ReleaseBuffer();
        _to.Leave();
        _from.Leave();
        progress.OnEnded(outcome);
    }

    /// <summary>Moves what can be moved without waiting, up to a turn's worth.</summary>
    private Step Move()
    {
        int turn = Turn;
        while (true)
        {
            if (_from.IsClosed || _to.IsClosed)
            {
                return Step.Closed;
            }

            Step step;
            long before = _run;
            if (_buffer is not null)
            {
                step = SendBuffer();
            }
            else if (_inPipe > 0)
            {
                step = _mayFill ? Fill() : SpliceOut();
            }
            else if (_failure != 0)
            {
                step = TakeNothing(_failure);
            }
            else if (turn <= 0)
            {
                return Step.TurnOver;
            }
            else
            {
                _pipe ??= _isBulk && !_cannotSplice ? KernelPipes.Shared.TryRent() : null;

                // With much to move and no pipe to be had, larger pieces at least.
                step = _pipe is not null ? SpliceIn(_pipe) : _isBulk ? CopyMuch() : CopyLittle();
            }

            if (step != Step.Moved)
            {
                return step;
            }

            turn -= (int)(_run - before);
        }
    }

    [SkipLocalsInit]
    private unsafe Step CopyLittle()
    {
        byte* bytes = stackalloc byte[Little];
        return Copy(bytes, Little, buffer: null);
    }

    private unsafe Step CopyMuch()
    {
        byte[] much = CopyBuffers.Shared.Rent(CopyBuffers.Medium);
        fixed (byte* bytes = much)
        {
            Step step = Copy(bytes, much.Length, much);
            if (_buffer != much)
            {
                CopyBuffers.Shared.Return(much);
            }

            return step;
        }
    }

    /// <param name="bytes">Where to receive.</param>
    /// <param name="length">How much at most.</param>
    /// <param name="buffer">What that is part of, to be kept where not everything could be sent; null for the stack. A second one of its size may not be had.</param>
    private unsafe Step Copy(byte* bytes, int length, byte[]? buffer)
    {
        int received = Libc.ReceiveOrError(_from.Number, bytes, length);
        if (received <= 0)
        {
            return TakeNothing(received);
        }

        _isBulk = received == length;
        int sent = Libc.SendOrError(_to.Number, bytes, received);
        if (sent != received)
        {
            return Keep(bytes, received, buffer, sent);
        }

        _run += received;
        progress.OnForwarded(received);

        // A Unix socket's receive may stop anywhere, since what was sent with descriptors is received by itself.
        return received == length || !_isFromTcp || _from.HasMoreThanEdges ? Step.Moved : TakeNothing(-Errno.Again);
    }

    // What could not be sent at once.
    private unsafe Step Keep(byte* bytes, int received, byte[]? buffer, int sent)
    {
        Take(received);
        if (sent < 0 && sent != -Errno.Again)
        {
            return Fail(Step.DestinationFailed, sent);
        }

        sent = Math.Max(sent, 0);
        if (sent > 0)
        {
            progress.OnCopied(sent);
        }

        if (buffer is null)
        {
            buffer = CopyBuffers.Shared.Rent(CopyBuffers.Small);
            new ReadOnlySpan<byte>(bytes + sent, received - sent).CopyTo(buffer.AsSpan(sent));
        }

        (_buffer, _sent, _received) = (buffer, sent, received);
        return Step.DestinationFull;
    }

    private unsafe Step SendBuffer()
    {
        fixed (byte* bytes = _buffer)
        {
            int sent = Libc.SendOrError(_to.Number, bytes + _sent, _received - _sent);
            if (sent < 0)
            {
                return sent == -Errno.Again ? Step.DestinationFull : Fail(Step.DestinationFailed, sent);
            }

            progress.OnCopied(sent);
            _sent += sent;
        }

        if (_sent == _received)
        {
            ReleaseBuffer();
        }

        return Step.Moved;
    }

    private Step SpliceIn(KernelPipe pipe)
    {
        int received = Libc.SpliceOrError(_from.Number, pipe.WriteEnd, pipe.Capacity);
        if (received is -Errno.Invalid or -Errno.NotPermitted or -Errno.NotImplemented)
        {
            _cannotSplice = true;
            ReleasePipe();
            return Step.Moved;
        }

        if (received is 0 or -Errno.Again)
        {
            // So it says before an urgent byte, too, which recv(2) passes over (tcp(7)).
            return CopyLittle();
        }

        if (received < 0)
        {
            return TakeNothing(received);
        }

        _inPipe = received;
        _mayFill = received < pipe.Capacity;
        Take(received);
        return Step.Moved;
    }

    // What comes while a pipe is being filled goes on with the rest: whoever receives then wakes less often. It ends where the source has nothing, or the pipe no
    // room, so that nothing waits for more to come.
    private Step Fill()
    {
        int received = Libc.SpliceOrError(_from.Number, _pipe!.WriteEnd, _pipe.Capacity - _inPipe);
        _mayFill = received > 0 && received < _pipe.Capacity - _inPipe;
        if (received > 0)
        {
            _inPipe += received;
            Take(received);
        }
        else if (received is not (0 or -Errno.Again))
        {
            _failure = received;
        }

        return Step.Moved;
    }

    private Step SpliceOut()
    {
        int sent = Libc.SpliceOrError(_pipe!.ReadEnd, _to.Number, _inPipe);
        if (sent <= 0)
        {
            return sent == -Errno.Again ? Step.DestinationFull : Fail(Step.DestinationFailed, sent == 0 ? -Errno.Pipe : sent);
        }

        _inPipe -= sent;
        progress.OnCopied(sent);
        return Step.Moved;
    }

    private void Take(int received)
    {
        _run += received;
        progress.OnReceived(received);
    }

    private Step TakeNothing(int received)
    {
        // A source that gave little before it had nothing again is copied from the next time.
        _isBulk &= _run > Little;
        _run = 0;
        return received == 0 ? Step.Ended : received == -Errno.Again ? Step.SourceDry : Fail(Step.SourceFailed, received);
    }

    private Step Fail(Step step, int result)
    {
        _error = -result;
        return step;
    }

    private void ReleasePipe()
    {
        if (_pipe is not null)
        {
            KernelPipes.Shared.Return(_pipe, isEmpty: _inPipe == 0);
            _pipe = null;
        }
    }

    private void ReleaseBuffer()
    {
        if (_buffer is not null)
        {
            CopyBuffers.Shared.Return(_buffer);
            _buffer = null;
        }
    }
}
