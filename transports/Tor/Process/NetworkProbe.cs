using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>
/// Notices a tor that says it is ready while nothing moves: neither its bootstrap phase nor its word on the network's liveness
/// changes then. Whatever a directory relay answers is a proof; where none has for a while, one is asked for an address that nobody has.
/// </summary>
/// <param name="control">The control connection, which tells of HS_DESC events.</param>
/// <param name="isReady">Whether tor says that it is ready.</param>
/// <param name="clock">Measures the time.</param>
/// <param name="tell">Told a sentence when nothing moves, and null when something does again.</param>
internal sealed class NetworkProbe(TorControlConnection control, Func<bool> isReady, TimeProvider clock, Action<string?> tell)
{
    /// <summary>How long no directory may answer before one is asked.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(3);

    /// <summary>How long the answer may take: tor gives a circuit up after a minute at most.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestAnswer = new ControlConnectionOptions().AnswerTimeout;

    // Control-spec, section 4; a filter in front of the control port refuses so.
    private const int UnrecognizedCommand = 510;

    private readonly Lock _gate = new();
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastMove = clock.GetTimestamp();
    private bool _isTold;

    /// <summary>A directory's answer, of whatever content, has come over circuits.</summary>
    public void OnDescriptor(HsDescEvent descriptor)
    {
        if (descriptor is not ({ Action: "RECEIVED" or "UPLOADED" } or { Action: "FAILED", Reason: "NOT_FOUND" or "UPLOAD_REJECTED" or "BAD_DESC" }))
        {
            return;
        }

        lock (_gate)
        {
            OnMove();
            if (_isTold)
            {
                _isTold = false;
                tell(null);
            }
        }
    }

    /// <summary>What was asked is not answered any more, through nobody's fault: the quiet while begins anew.</summary>
    public void StartOver()
    {
        lock (_gate)
        {
            OnMove();
        }
    }

    /// <summary>Looks now and then, until cancelled, or until a filter in front of tor refuses the question.</summary>
    /// <exception cref="ControlException">The connection has ended.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan left = isReady() ? Left() : Quiet;
            if (left > TimeSpan.Zero)
            {
                ClockMark mark = ClockMark.Now(clock);
                await Task.Delay(left, clock, cancellationToken);
                if (mark.Jump(left) is not null)
                {
                    // A network that wakes up is given its time.
                    StartOver();
                }
            }
            else if (!await AskAsync(cancellationToken))
            {
                return;
            }
        }
    }

    private TimeSpan Left()
    {
        lock (_gate)
        {
            return Quiet - clock.GetElapsedTime(_lastMove);
        }
    }

    /// <returns>Whether asking is allowed.</returns>
    private async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        Task moved;
        lock (_gate)
        {
            moved = _moved.Task;
        }

        ClockMark mark = ClockMark.Now(clock);

        // Tor refuses where it knows no directories any more, which is an answer to wait after, too.
        ControlMessage reply = await control.SendAsync(ControlCommand.FetchDescriptor(NobodysServiceId()), cancellationToken);
        if (reply.Status == UnrecognizedCommand)
        {
            return false;
        }

        try
        {
            await moved.WaitAsync(Patience, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            if (mark.Jump(LongestAnswer + Patience) is not null)
            {
                StartOver();
            }

            lock (_gate)
            {
                if (moved.IsCompleted)
                {
                    return true;
                }

                _isTold = true;
                tell("Tor says that it is ready, and yet nothing moves: no directory relay answers over its circuits. Check this machine's network, clock and bridges; tor goes on trying.");
            }
        }

        return true;
    }

    private void OnMove()
    {
        _lastMove = clock.GetTimestamp();
        _moved.TrySetResult();
        _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    // A point of the curve, or tor would not ask for it.
    private static string NobodysServiceId() => OnionAddress.FromPublicKey(Ed25519ExpandedKey.Create().PublicKey).ServiceId;
}
