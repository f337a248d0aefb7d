using Klyntar.Overlay.Connections;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Gateway;

/// <content>The way of one visitor, from its coming to its leaving.</content>
internal sealed partial class ServiceDoor
{
    private async Task ServeAsync(Visitor visitor)
    {
        _visitors.Enter();
        Interlocked.Increment(ref _total);
        VisitorVerdict? verdict = null;
        VisitorAddress? address = null;
        try
        {
            verdict = Admit(visitor, out CancellationToken cut);
            if (verdict != VisitorVerdict.Admitted)
            {
                await TurnAwayAsync(visitor.Connection);
                if (verdict == VisitorVerdict.Expelled)
                {
                    await ExpelAsync(visitor.Identity!);
                }

                return;
            }

            int index = _definition.Ports.IndexOf(visitor.Port);
            if (index < 0)
            {
                LogUnknownPort(_transport.Name, visitor.Port, _name);
                await TurnAwayAsync(visitor.Connection);
                return;
            }

            OverlayEndPoint visited = _published!.EndPoints[index];
            if (_taker is not null)
            {
                await HandOverAsync(visitor, visited, _taker, cut);
                return;
            }

            ServiceTarget target = _targets[visitor.Port];
            address = AddressOf(visitor);
            if (await ConnectAsync(target, visitor.Port, address, visited) is not { } connection)
            {
                await TurnAwayAsync(visitor.Connection);
                return;
            }

            RelayResult result = await Relay.RunAsync(visitor.Connection, connection, target.Relay, cut);
            Interlocked.Add(ref _bytesIn, result.BytesForward);
            Interlocked.Add(ref _bytesOut, result.BytesBack);
        }
        catch (Exception e)
        {
            LogServeFailed(e, _name);
            await TurnAwayAsync(visitor.Connection);
        }
        finally
        {
            if (verdict == VisitorVerdict.Admitted)
            {
                _limit.Leave();
                if (visitor.Identity is { } identity)
                {
                    _perVisitor?.Leave(identity);
                }
            }

            if (address is { } held)
            {
                _context.VisitorAddresses.Leave(held);
            }

            _visitors.Leave();
        }
    }

    private VisitorVerdict Admit(Visitor visitor, out CancellationToken cut)
    {
        cut = _abort.Token;
        VisitorVerdict verdict = VisitorVerdict.TurnedAway;
        if (!_limit.TryEnter())
        {
            LogFull(_name, _options.Visitors);
        }
        else if (_perVisitor is null || visitor.Identity is not { } identity || (verdict = _perVisitor.Enter(identity, out cut)) == VisitorVerdict.Admitted)
        {
            return VisitorVerdict.Admitted;
        }
        else
        {
            _limit.Leave();
        }

        Interlocked.Increment(ref _turnedAway);
        return verdict;
    }

    private async Task ExpelAsync(string identity)
    {
        try
        {
            Interlocked.Increment(ref _expelled);
            LogExpelled(_name, _transport.Name);
            await _published!.ExpelAsync(identity, _abort.Token);
        }
        catch (OperationCanceledException) when (_abort.IsCancellationRequested)
        {
            // The gateway is stopping.
        }
        catch (Exception e)
        {
            LogThrew(e, _transport.Name, nameof(IPublishedService.ExpelAsync));
        }
    }

    private VisitorAddress? AddressOf(Visitor visitor) => _options.VisitorsAs != VisitorsAs.One && visitor.Identity is { } identity
        ? _context.VisitorAddresses.Enter(_transport.Name, identity)
        : null;

    private async Task HandOverAsync(Visitor visitor, OverlayEndPoint visited, ServiceListener taker, CancellationToken cut)
    {
        ServerConnection ended = await taker.ServeAsync(visitor, visited, _transport.Capabilities.HalfClose, cut);
        Interlocked.Add(ref _bytesIn, ended.BytesReceived);
        Interlocked.Add(ref _bytesOut, ended.BytesSent);
    }

    // Told once and not for each visitor: strangers decide how many there are.
    private async ValueTask<ConnectionContext?> ConnectAsync(ServiceTarget target, int port, VisitorAddress? address, OverlayEndPoint visited)
    {
        (ConnectionContext? connection, string? why) = await target.ConnectAsync(address?.ToIPAddress(), visited.Host, _stop.Token);
        if (connection is not null && _unreachable.TryRemove(port, out _))
        {
            LogTargetBack(target.Redacted, port, _name);
        }
        else if (why is not null && _unreachable.TryAdd(port, true))
        {
            LogTargetUnreachable(target.Redacted, port, _name, why);
        }

        return connection;
    }

    private async ValueTask TurnAwayAsync(ConnectionContext visitor)
    {
        try
        {
            visitor.Abort();
            await visitor.DisposeAsync();
        }
        catch (Exception e)
        {
            // Nobody is served by it any more, whatever the transport makes of its end.
            LogServeFailed(e, _name);
        }
    }
}
