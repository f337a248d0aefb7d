using System.Collections.Frozen;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Dials through client programs: waits for the method's, and asks its SOCKS5 port.</summary>
/// <param name="gates">The methods that there are programs for.</param>
/// <param name="engine">Makes the connections to the programs.</param>
/// <param name="clock">The clock.</param>
/// <param name="options">How long dials may take, and whither they may lead.</param>
internal sealed class PluggableDialer(FrozenDictionary<string, ClientGate> gates, SocketEngine engine, TimeProvider clock, PluggableOptions options)
{
    /// <summary>Dials, as <see cref="ITransport.DialAsync"/> promises.</summary>
    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        if (request.EndPoint is not PluggableEndPoint endPoint)
        {
            return Error(DialErrorKind.NotAnOverlayName);
        }

        if (!endPoint.IsConfigured && !options.AllowPrivate && !PublicAddress.Is(endPoint.Target.Address.Address))
        {
            return Error(DialErrorKind.NotAllowed, "the address leads to a private network or to a machine itself, which transports.pt.allowPrivate forbids");
        }

        if (!gates.TryGetValue(endPoint.Target.Method, out ClientGate? gate))
        {
            return Error(DialErrorKind.NotAllowed, $"there is no program for {endPoint.Target.Method}");
        }

        using CancellationTokenSource whole = request.Deadline.AtMost(options.DialTimeout, clock).CreateLinkedSource(cancellationToken);
        try
        {
            whole.Token.ThrowIfCancellationRequested();
            while (true)
            {
                if (await gate.WaitAsync(whole.Token) is not { } run)
                {
                    return Error(DialErrorKind.TransportFailed);
                }

                DialResult result = await AttemptAsync(run, endPoint, whole.Token);
                if (result.IsConnected || !run.Ended.IsCancellationRequested)
                {
                    return result;
                }

                // The program ended under it, and the next run is asked again.
            }
        }
        catch (OperationCanceledException)
        {
            return Error(
                cancellationToken.IsCancellationRequested ? DialErrorKind.Cancelled
                : gate.IsOpen ? DialErrorKind.TimedOut
                : DialErrorKind.TransportNotReady);
        }
    }

    private async Task<DialResult> AttemptAsync(ClientRun run, PluggableEndPoint endPoint, CancellationToken cancellationToken)
    {
        EngineSocket? socket = null;
        try
        {
            socket = await engine.ConnectAsync(run.Socks, localEndPoint: null, cancellationToken);

            // Programs take one message after the other: obfs4proxy refuses a segment that holds more.
            var request = new SocksClientRequest(endPoint.Target.Address.Address.ToString(), endPoint.Target.Address.Port)
            {
                Credentials = endPoint.Target.Arguments.ToCredentials(),
                Optimistic = false,
            };
            SocksClientReply reply = await SocksClient.ConnectAsync(socket, request, cancellationToken);
            if (!reply.IsConnected)
            {
                return SocksReplies.ToError(reply);
            }

            var connection = new SocketConnection(socket, reply.AlreadyRead);
            socket = null;
            return connection;
        }
        catch (SocketException e)
        {
            DialErrorKind kind = e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.AddressNotAvailable
                ? DialErrorKind.OutOfResources
                : DialErrorKind.Unreachable;
            return Error(kind, $"the connection to the program failed: {e.SocketErrorCode}");
        }
        finally
        {
            socket?.Abort();
            socket?.Dispose();
        }
    }

    private static DialError Error(DialErrorKind kind, string? detail = null) => new(kind, PluggableEndPoint.OverlayName, detail);
}
