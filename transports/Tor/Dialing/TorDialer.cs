using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Dials through tor's SOCKS port: waits for tor, isolates, and tries again what may succeed the next time.</summary>
/// <param name="gate">Lets dials through.</param>
/// <param name="engine">Makes the sockets.</param>
/// <param name="clock">The clock.</param>
/// <param name="options">How long dials may take.</param>
/// <param name="giveKey">Gives tor the client key for a host again, where there is one and tor may have forgotten it; tells whether it did.</param>
internal sealed class TorDialer(TorGate gate, SocketEngine engine, TimeProvider clock, TorOptions options, Func<string, CancellationToken, ValueTask<bool>> giveKey)
{
    // An answer that seldom changes within seconds is asked for a few times only: whoever dials a dead address should hear so.
    private const int AttemptsAtAFirmAnswer = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    private readonly StreamIsolation _isolation = new();

    /// <summary>Which services turned this gateway away for the want of a key.</summary>
    public AuthorizationVerdicts Verdicts { get; } = new();

    /// <summary>Parts dials from now on from all circuits before.</summary>
    public void LeaveCircuits() => _isolation.LeaveAll();

    /// <summary>Dials, as <see cref="ITransport.DialAsync"/> promises.</summary>
    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        if (request.EndPoint is not TorEndPoint endPoint)
        {
            return Error(DialErrorKind.NotAnOverlayName);
        }

        Deadline deadline = request.Deadline.AtMost(options.DialTimeout, clock);
        using CancellationTokenSource whole = deadline.CreateLinkedSource(cancellationToken);
        DialError? last = null;
        TimeSpan patience = options.AttemptTimeout;
        TimeSpan pause = FirstPause;
        int keysGiven = 0;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                if (await gate.WaitAsync(whole.Token) is not { } socks)
                {
                    return Error(DialErrorKind.TransportFailed);
                }

                DialResult result = await AttemptAsync(socks, endPoint, request.Isolation, patience, whole.Token);
                if (!result.IsConnected && result.Error.Kind == DialErrorKind.AuthorizationMissing
                    && keysGiven < AttemptsAtAFirmAnswer && await giveKey(endPoint.Host, whole.Token))
                {
                    // More than once, as the next tor may have forgotten it, too.
                    keysGiven++;
                    Verdicts.Forget(endPoint.Host);
                    continue;
                }

                if (result.IsConnected || !IsWorthAnother(result.Error.Kind, attempt))
                {
                    return result;
                }

                last = result.Error;
                if (last.Kind == DialErrorKind.TimedOut)
                {
                    // Perhaps the network is slow and nothing hangs.
                    patience *= 2;
                    continue;
                }

                await PauseAsync(pause, whole.Token);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (OperationCanceledException)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    return Error(DialErrorKind.Cancelled);
                }

                return gate.IsOpen ? last ?? Error(DialErrorKind.TimedOut) : Error(DialErrorKind.TransportNotReady);
            }
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(pause, clock, over.Token), gate.Ended);
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>One attempt. Its own time-out is an answer; the whole dial's is an exception.</summary>
    private async Task<DialResult> AttemptAsync(EndPoint socks, TorEndPoint endPoint, IsolationKey isolation, TimeSpan patience, CancellationToken whole)
    {
        int generation = _isolation.Generation(isolation, endPoint.Host);
        using CancellationTokenSource attempt = Deadline.After(patience, clock).CreateLinkedSource(whole);
        EngineSocket? socket = null;
        try
        {
            socket = await engine.ConnectAsync(socks, null, attempt.Token);
            socket.ResumesOnLoop = true;
            var request = new SocksClientRequest(endPoint.Host, endPoint.Port) { Credentials = StreamIsolation.Credentials(isolation, generation) };
            SocksClientReply reply = await SocksClient.ConnectAsync(socket, request, attempt.Token);
            if (reply.IsConnected)
            {
                Verdicts.Forget(endPoint.Host);
                socket.ResumesOnLoop = false;
                var connection = new SocketConnection(socket, reply.AlreadyRead);
                socket = null;
                return connection;
            }

            return reply.End switch
            {
                SocksClientEnd.Replied => Error(Verdicts.Judge(endPoint.Host, reply.Code), SocksReplies.Detail(reply.Code)),

                // Tor ends the connection without a word when it is about to end itself.
                SocksClientEnd.Closed => Error(DialErrorKind.Unreachable, "tor closed the connection"),
                _ => Error(DialErrorKind.ProtocolViolation, reply.Violation),
            };
        }
        catch (SocketException e)
        {
            return Error(
                e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable ? DialErrorKind.OutOfResources : DialErrorKind.Unreachable,
                $"tor's SOCKS port: {e.Message}");
        }
        catch (OperationCanceledException) when (!whole.IsCancellationRequested)
        {
            _isolation.Leave(isolation, endPoint.Host, generation);
            return Error(DialErrorKind.TimedOut, $"an attempt took longer than {patience.TotalSeconds:0.#} s");
        }
        finally
        {
            socket?.Dispose();
        }
    }

    private static bool IsWorthAnother(DialErrorKind kind, int attempt) => kind switch
    {
        DialErrorKind.NotFound or DialErrorKind.Refused or DialErrorKind.OutOfResources => attempt < AttemptsAtAFirmAnswer,
        _ => kind.IsTransient(),
    };

    private static DialError Error(DialErrorKind kind, string? detail = null) => new(kind, TorEndPoint.OverlayName, detail);
}
