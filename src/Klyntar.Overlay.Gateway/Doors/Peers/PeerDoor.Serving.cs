using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Gateway;

/// <content>What becomes of one connection: dial, relay.</content>
internal sealed partial class PeerDoor
{
    private bool TryEnter()
    {
        if (!_room.Wait(0, CancellationToken.None))
        {
            return false;
        }

        if (_turns.Wait(0, CancellationToken.None))
        {
            return true;
        }

        _room.Release();
        return false;
    }

    private async Task ServeAsync(EngineSocket socket)
    {
        _open.Enter();
        try
        {
            // What follows asks the kernel and calls transports, which might block, and the next one is waiting.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            Established established;
            try
            {
                established = MayEnter(socket) ? await EstablishAsync(socket) : default;
            }
            finally
            {
                _turns.Release();
            }

            if (established.Connection is not { } connection)
            {
                socket.Abort();
                return;
            }

            RelayResult result = await Relay.RunAsync(new SocketConnection(socket, established.Early), connection, _context.ForDialled(established.Capabilities), _abort.Token);
            if (established.Way is { } way && way.Transport.Capabilities.UnconfirmedDials && result is { BytesForward: > 0, BytesBack: 0 })
            {
                way.Failed(new DialError(DialErrorKind.Unreachable, way.Transport.Name, "the connection stood, and nothing came back on it"));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client left, or the door is stopping.
        }
        catch (Exception e)
        {
            LogServeFailed(e, _peer, _endPoint.Port);
        }
        finally
        {
            socket.Dispose();
            _open.Leave();
            _room.Release();
        }
    }

    private bool MayEnter(EngineSocket socket)
    {
        if (_options.AllowedUids.Count == 0)
        {
            return true;
        }

        uint? user = socket.RemoteEndPoint is IPEndPoint remote ? LoopbackUser.Of(remote, _endPoint) : null;
        if (user is { } id && _options.AllowedUids.Contains(id))
        {
            return true;
        }

        LogUserRefused(_peer, _endPoint.Port, user);
        return false;
    }

    private async ValueTask<Established> EstablishAsync(EngineSocket socket)
    {
        using var watch = new ClientWatch(socket, default);
        watch.Start();
        using var given = CancellationTokenSource.CreateLinkedTokenSource(watch.Left, _stop.Token);
        Interlocked.Increment(ref _pending);
        try
        {
            Established established = Own is { } own ? await ConnectAsync(own, given.Token) : await DialAsync(given.Token);
            ReadOnlyMemory<byte> early = await watch.StopAsync();
            if (established.Connection is { } connection && given.IsCancellationRequested)
            {
                await CloseAsync(connection);
                return default;
            }

            return established with { Early = early };
        }
        finally
        {
            await watch.StopAsync();
            Interlocked.Decrement(ref _pending);
        }
    }

    private async ValueTask<Established> ConnectAsync(ServiceTarget own, CancellationToken cancellationToken)
    {
        (ConnectionContext? connection, string? why) = await own.ConnectAsync(null, null, cancellationToken);
        if (why is not null)
        {
            LogOwnUnreachable(_peer, _endPoint.Port, own.Redacted, why);
        }

        return new Established(connection, Local, null, default);
    }

    private async ValueTask<Established> DialAsync(CancellationToken cancellationToken)
    {
        Deadline deadline = Deadline.After(_options.Limits.DialTimeout, _context.Clock);
        using CancellationTokenSource timed = deadline.CreateLinkedSource(cancellationToken);
        bool isTrial;
        try
        {
            isTrial = await _breaker.EnterAsync(timed.Token);
        }
        catch (OperationCanceledException)
        {
            return default;
        }

        Interlocked.Increment(ref _dialled);
        (DialResult result, Way? way) = await _race.DialAsync(_route.Ways, Request(deadline), cancellationToken);
        if (result.IsConnected)
        {
            _breaker.Reached();
            return new Established(result.Connection, way!.Transport.Capabilities, way, default);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            _breaker.GaveUp(isTrial);
            return default;
        }

        Interlocked.Increment(ref _failed);
        _lastError = result.Error;
        _breaker.Failed(isTrial);
        LogDialFailed(_peer, _endPoint.Port, result.Error);
        return default;
    }

    private DialRequest Request(Deadline deadline) => new(_route.Ways[0].EndPoint) { Isolation = _isolation, DialAs = _options.DialAs, Deadline = deadline };

    private static async ValueTask CloseAsync(ConnectionContext connection)
    {
        connection.Abort();
        await connection.DisposeAsync();
    }

    private readonly record struct Established(ConnectionContext? Connection, TransportCapabilities Capabilities, Way? Way, ReadOnlyMemory<byte> Early);
}
