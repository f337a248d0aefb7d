using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Dials over a router's sessions: waits for the router, isolates, and tries again what may succeed the next time.</summary>
/// <param name="gate">Lets dials through.</param>
/// <param name="clock">The clock.</param>
/// <param name="options">How long dials may take.</param>
/// <param name="services">The services, as which it may dial.</param>
/// <param name="names">The operator's own names, or null.</param>
/// <param name="metrics">Counts the dials.</param>
internal sealed class I2PDialer(RouterGate gate, TimeProvider clock, I2POptions options, I2PPublisher services, HostList? names, I2PMetrics metrics)
{
    // An answer that seldom changes within seconds is asked for a few times only: whoever dials a dead address should hear so.
    private const int AttemptsAtAFirmAnswer = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    /// <summary>Dials, as <see cref="ITransport.DialAsync"/> promises.</summary>
    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        DialResult result = await DialUncountedAsync(request, cancellationToken);
        metrics.OnDial(result);
        return result;
    }

    private async ValueTask<DialResult> DialUncountedAsync(DialRequest request, CancellationToken cancellationToken)
    {
        if (request.EndPoint is not I2PEndPoint endPoint)
        {
            return Error(DialErrorKind.NotAnOverlayName);
        }

        Deadline deadline = request.Deadline.AtMost(options.DialTimeout, clock);
        using CancellationTokenSource whole = deadline.CreateLinkedSource(cancellationToken);
        DialError? last = null;
        TimeSpan patience = options.AttemptTimeout;
        TimeSpan pause = FirstPause;
        int firm = 0;
        try
        {
            while (true)
            {
                if (await gate.WaitAsync(whole.Token) is not { } sessions)
                {
                    return Error(DialErrorKind.TransportFailed);
                }

                if (BeginDial(sessions, request, endPoint) is not { } origin)
                {
                    if (request.DialAs is { } own)
                    {
                        return Error(DialErrorKind.NotAllowed, $"the service {own} is not published on I2P, and so nothing can be dialled as it");
                    }

                    if (gate.Current != sessions)
                    {
                        continue;
                    }

                    return Error(DialErrorKind.TooManyDials, $"all {options.MaxSessions} sessions are in use; transports.i2p.maxSessions allows more");
                }

                try
                {
                    (DialResult result, bool isFirm) = await AttemptAsync(sessions, origin, request.Isolation, endPoint, patience, whole.Token);
                    if (result.IsConnected || !result.Error.Kind.IsTransient())
                    {
                        return result;
                    }

                    last = result.Error;
                    if (last.Kind == DialErrorKind.TimedOut)
                    {
                        patience *= 2;
                        continue;
                    }

                    if (isFirm && ++firm == AttemptsAtAFirmAnswer)
                    {
                        return last;
                    }

                    // A session that is not ready says the same as a destination that is not there.
                    Task pausing = Task.Delay(pause, clock, whole.Token);
                    await Task.WhenAny(pausing, !isFirm && origin.Session is { IsCompletedSuccessfully: true, Result: { Ready.IsCanceled: false } begun } ? begun.Ready : pausing);
                    whole.Token.ThrowIfCancellationRequested();
                    pause = isFirm && pause * 2 < LongestPause ? pause * 2 : pause;
                }
                finally
                {
                    origin.EndDial();
                }
            }
        }
        catch (OperationCanceledException)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return Error(DialErrorKind.Cancelled);
            }

            return gate.Current is null ? Error(DialErrorKind.TransportNotReady) : last ?? Error(DialErrorKind.TimedOut);
        }
    }

    private IDialOrigin? BeginDial(DiallingSessions sessions, DialRequest request, I2PEndPoint endPoint) =>
        request.DialAs is { } own ? services.FindDoor(own) : sessions.BeginDial(request.Isolation, endPoint.Host);

    /// <summary>One attempt, and whether its answer came over a session that is ready. Its own time-out is an answer; the whole dial's is an exception.</summary>
    private async Task<(DialResult Result, bool IsFirm)> AttemptAsync(DiallingSessions sessions, IDialOrigin origin, IsolationKey key, I2PEndPoint endPoint, TimeSpan patience, CancellationToken whole)
    {
        using CancellationTokenSource attempt = Deadline.After(patience, clock).CreateLinkedSource(whole);
        var transient = origin as DiallingSession;
        SamConnection? connection = null;
        bool isReady = false;
        try
        {
            SamSession session = await origin.Session.WaitAsync(attempt.Token);
            isReady = session.Ready.IsCompletedSuccessfully;
            connection = await session.Bridge.OpenAsync(attempt.Token);
            string destination = endPoint.Host;
            if (endPoint.Kind == I2PHostKind.Name)
            {
                if (names is not null && await names.FindAsync(endPoint.Host, attempt.Token) is { } own)
                {
                    destination = own;
                }
                else
                {
                    (I2PDestination? found, SamReply answer) = await connection.LookUpAsync(endPoint.Host, attempt.Token);
                    if (found is null)
                    {
                        return (Error(DialErrorKind.NotFound, $"the router's address book does not have the name: {Said(answer)}"), true);
                    }

                    destination = found.ToBase64();
                }
            }

            int? port = connection.Version >= SamVersions.Extended ? endPoint.Port : null;
            SamReply reply = await connection.AskAsync(SamCommand.Connect(session.Id, destination, port), patience, attempt.Token);
            if (!reply.IsOk)
            {
                if (isReady && reply.Result == SamResult.InvalidId && transient is not null)
                {
                    // The router has forgotten it, and would go on saying so.
                    sessions.Leave(transient);
                }

                return (Error(SamResults.ToDialErrorKind(reply.Result), Said(reply)), isReady);
            }

            // A service's session is never left for another, which would cut its visitors off.
            WatchedDial? watched = transient is null ? null : sessions.Proofs.Watch(key, transient, endPoint.Host, connection.Socket);
            SocketConnection stream = connection.TakeStream();
            watched?.EndWith(stream);
            connection = null;
            origin.Keep(stream);
            return (stream, true);
        }
        catch (SamException e)
        {
            bool isProtocol = e.Violation is not (SamViolation.Closed or SamViolation.Silent) && e.Reply is null;
            return (Error(isProtocol ? DialErrorKind.ProtocolViolation : DialErrorKind.Unreachable, LogText.Redact(e.Message)), false);
        }
        catch (OperationCanceledException) when (!whole.IsCancellationRequested)
        {
            return (Error(DialErrorKind.TimedOut, $"an attempt took longer than {patience.TotalSeconds:0.#} s"), isReady);
        }
        finally
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private static string Said(SamReply reply) => $"RESULT={reply.Result}{(reply.Detail is { } detail ? $", {detail}" : "")}";

    private static DialError Error(DialErrorKind kind, string? detail = null) => new(kind, I2PEndPoint.OverlayName, detail);
}
