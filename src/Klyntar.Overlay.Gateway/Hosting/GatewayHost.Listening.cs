using System.Collections.Immutable;

namespace Klyntar.Overlay.Gateway;

/// <content>Services whose visitors the hosting program takes itself.</content>
public sealed partial class GatewayHost
{
    /// <summary>The clock that deadlines of dials are measured with.</summary>
    internal TimeProvider Clock => _services.Clock;

    /// <summary>Publishes a service whose visitors the caller takes. Returns when the transports have accepted it; <see cref="Status"/> tells when it is published.</summary>
    /// <param name="name">A name that no other service has.</param>
    /// <param name="service">The service, with <see cref="ThisProgram"/> for its targets.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OverlayException">It cannot be published.</exception>
    internal async Task<ServiceListener> ListenAsync(string name, ServiceOptions service, CancellationToken cancellationToken)
    {
        CheckNew(name, service);
        var listener = new ServiceListener(_doorContext!, l => EndAsync(l.Doors));
        listener.Doors = [.. PublicationsOf(name, service, _doorContext!, listener)];
        Add(name, listener.Doors);
        try
        {
            await PublishAsync(name, listener.Doors, cancellationToken);
            return listener;
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    private void CheckNew(string name, ServiceOptions service)
    {
        if (_options.Services.ContainsKey(name))
        {
            throw new OverlayException($"The gateway's configuration has a service named '{name}' already. Give this program's another name, or remove that one.");
        }

        GatewayConfiguration.Validate(_options with { Services = new Dictionary<string, ServiceOptions>(_options.Services) { [name] = service } }, _services.Catalog);
    }

    private async Task PublishAsync(string name, ImmutableArray<ServiceDoor> doors, CancellationToken cancellationToken)
    {
        foreach (ServiceDoor door in doors)
        {
            await PublishAsync(name, door, cancellationToken);
        }
    }

    private async Task PublishAsync(string name, ServiceDoor door, CancellationToken cancellationToken)
    {
        await _started[door.Transport].WaitAsync(cancellationToken);
        if (door.Transport.Status.Current is TransportStatus.Failed { Why: var cause })
        {
            door.Fail($"{door.Transport.Name} has failed: {cause}");
        }
        else
        {
            await door.PublishAsync();
        }

        if (door.Status.Current is ServiceStatus.Failed { Why: var why })
        {
            throw new OverlayException($"The service {name} cannot be published on {door.Transport.Name}: {why}");
        }
    }

    private void Add(string name, ImmutableArray<ServiceDoor> doors)
    {
        lock (_gate)
        {
            if (_stopping is not null)
            {
                throw new OverlayException($"The service {name} cannot be published: the gateway is stopping.");
            }

            if (_publications.Any(p => p.Report.Name == name))
            {
                throw new OverlayException($"The service {name} is published already. Give this one another name, or name all its ports at once.");
            }

            _publications = _publications.AddRange(doors);
            _background.AddRange(doors.Select(d => _board.FollowAsync(d.Status, _ended.Token)));
        }

        _board.Changed();
    }

    private async Task EndAsync(ImmutableArray<ServiceDoor> doors)
    {
        lock (_gate)
        {
            if (_stopping is not null)
            {
                // The gateway ends all its doors.
                return;
            }

            _publications = _publications.RemoveRange(doors);
        }

        _board.Changed();
        using CancellationTokenSource drain = Deadline.After(_options.Limits.DrainTime, _services.Clock).CreateLinkedSource(CancellationToken.None);
        await Task.WhenAll(doors.Select(d => d.StopAsync(drain.Token)));
        foreach (ServiceDoor door in doors)
        {
            await door.DisposeAsync();
        }
    }
}
