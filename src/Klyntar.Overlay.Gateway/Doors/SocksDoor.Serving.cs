using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Socks;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Gateway;

/// <summary>What becomes of one connection: handshake, dial, relay.</summary>
internal sealed partial class SocksDoor
{
    private async Task ServeAsync(DoorConnection connection)
    {
        try
        {
            if (await EstablishAsync(connection) is not { Dialled: { } dialled } established)
            {
                return;
            }

            await Relay.RunAsync(new SocketConnection(connection.Socket, established.Early), dialled, established.Relay, _abort.Token);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client left in the middle of an answer, or the door is stopping.
        }
        catch (Exception e)
        {
            LogServeFailed(e, _name);
        }
        finally
        {
            connection.Socket.Dispose();
            _admission.Leave(connection);
        }
    }

    private async ValueTask<Established> EstablishAsync(DoorConnection connection)
    {
        SocksHandshake handshake = await SocksServer.HandshakeAsync(connection.Socket, _server, _handshakeTimeout.Next());
        _admission.EndHandshake(connection);
        if (!handshake.IsAccepted)
        {
            LogHandshakeRefused(_name, handshake.Refusal.Value);
            return default;
        }

        if (!_staysOnLoop)
        {
            // What follows is the transports' code, which might block.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        return await DialAsync(connection, handshake.Request, handshake.AlreadyRead);
    }

    private async ValueTask<Established> DialAsync(DoorConnection connection, SocksRequest request, ReadOnlyMemory<byte> alreadyRead)
    {
        if (request.Command != SocksCommand.Connect)
        {
            // Nothing here resolves names, and overlay names have no addresses.
            return await RefuseAsync(connection, request, new DialError(DialErrorKind.NotAllowed, Detail: "names are not resolved; connect to the name itself"));
        }

        if (request.Host is { } host && _context.Checks.Take(host) is { } check)
        {
            await AnswerAsync(connection, request, alreadyRead, check);
            return default;
        }

        Route route = request.Address is { } address ? _context.Router.Find(address, request.Port)
            : _context.Router.Find(_tellsCause ? AdminSockets.NameOf(request) : new WrittenName(request.Host!, null, request.Query), request.Port);
        if (!route.IsFound)
        {
            return await RefuseAsync(connection, request, route.Error);
        }

        using var watch = new ClientWatch(connection.Socket, alreadyRead);
        ValueTask<(DialResult Result, TransportHost Transport)> dialling = DialAsync(request, route, watch.Left);
        if (!dialling.IsCompleted)
        {
            watch.Start();
        }

        (DialResult dial, TransportHost transport) = await dialling;
        ReadOnlyMemory<byte> early = await watch.StopAsync();
        if (!dial.IsConnected)
        {
            LogDialFailed(route.EndPoint.Redacted, dial.Error);
            return watch.Left.IsCancellationRequested ? default : await RefuseAsync(connection, request, dial.Error);
        }

        ConnectionContext dialled = dial.Connection;
        try
        {
            if (!watch.Left.IsCancellationRequested)
            {
                // From the reply on, the client may count on its connection.
                connection.IsRelaying = true;
                await connection.Socket.SendAsync(SocksReply.Connected(request.Protocol));
                (dialled, ConnectionContext owned) = (null!, dialled);
                return new Established(owned, early, _relays[transport.Name]);
            }

            return default;
        }
        finally
        {
            if (dialled is not null)
            {
                dialled.Abort();
                await dialled.DisposeAsync();
            }
        }
    }

    private IsolationKey IsolationOf(SocksRequest request) =>
        request.HasCredentials && !_tellsCause ? IsolationKey.From(_name, request.User.Span, request.Password.Span) : _anonymous;

    private async ValueTask<(DialResult Result, TransportHost Transport)> DialAsync(SocksRequest request, Route route, CancellationToken left)
    {
        OverlayEndPoint endPoint = route.EndPoint!;
        var dial = new DialRequest(endPoint)
        {
            Isolation = IsolationOf(request),
            DialAs = _options.DialAs,
            Deadline = Deadline.After(_options.Limits.DialTimeout, _context.Clock),
        };
        Interlocked.Increment(ref _pendingDials);
        try
        {
            if (await _destinations.EnterAsync(endPoint, dial.Deadline, left) is { } late)
            {
                return (late, route.Transport!);
            }

            try
            {
                return await _context.Router.RaceAsync(route, dial, left);
            }
            finally
            {
                _destinations.Leave(endPoint);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _pendingDials);
        }
    }

    private async ValueTask<Established> RefuseAsync(DoorConnection connection, SocksRequest request, DialError error)
    {
        LogRefused(_name, error);
        using var limit = new CancellationTokenSource(RefusalTime, _context.Clock);
        await SocksServer.RefuseAsync(connection.Socket, ReplyTo(request, error.Kind), limit.Token);
        return default;
    }

    private ReadOnlyMemory<byte> ReplyTo(SocksRequest request, DialErrorKind kind)
    {
        ReadOnlyMemory<byte> reply = SocksReply.Failed(request.Protocol, kind, _options.ExtendedErrors);
        if (_tellsCause && request.Protocol == SocksProtocol.Socks5)
        {
            byte[] told = reply.ToArray();
            told[1] = (byte)(AdminSockets.DialErrorBase + (int)kind);
            return told;
        }

        return reply;
    }

    private readonly record struct Established(ConnectionContext? Dialled, ReadOnlyMemory<byte> Early, RelayOptions Relay);
}
