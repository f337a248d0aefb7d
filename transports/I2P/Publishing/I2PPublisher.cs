using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Knows which services are wanted, whatever becomes of the router; each run of a router publishes them anew.</summary>
internal sealed class I2PPublisher(I2POptions options, TimeProvider clock, I2PMetrics metrics, ILogger logger)
{
    // Each takes a session of the router's.
    private const int MaxPorts = 16;

    private readonly Lock _gate = new();
    private readonly KeyRests _rests = new(clock);
    private readonly Dictionary<string, I2PDoor> _doors = new(StringComparer.Ordinal);
    private readonly Dictionary<I2PService, I2PDoor[]> _wanted = [];
    private readonly HashSet<Task> _running = [];
    private SamBridge? _serving;
    private CancellationToken _served;
    private bool _isEnded;

    /// <summary>Wants a service from now on.</summary>
    public PublishResult Publish(ServiceDefinition definition)
    {
        if (definition.Check(I2PEndPoint.OverlayName, I2PIdentityFormat.Instance, MaxPorts, typeof(I2PServiceOptions)) is { } error)
        {
            return error;
        }

        ServiceAddress[] addresses = ServiceAddress.AllOf(definition, options.OneDestination);
        var service = new I2PService(this, definition, ServiceAddress.EndPoints(addresses), logger);
        lock (_gate)
        {
            if (_isEnded)
            {
                return PublishError.NotRunning(I2PEndPoint.OverlayName, definition);
            }

            if (addresses.Any(address => _doors.TryGetValue(address.Key.Destination.Host, out I2PDoor? door) && door.IsTaken))
            {
                return new PublishError(PublishErrorKind.AlreadyPublished, $"The identity of service {definition.Name} is published already. Give each service an identity of its own.");
            }

            _wanted.Add(service, [.. addresses.Select(address => Open(address, service))]);
            if (_serving is not null)
            {
                service.OnRouter();
            }
        }

        return PublishResult.FromService(service);
    }

    /// <summary>The door at whose address others are to see a service that dials: its first one. Null where no such service is wanted.</summary>
    public I2PDoor? FindDoor(string service)
    {
        lock (_gate)
        {
            return _wanted.FirstOrDefault(wanted => wanted.Key.Definition.Name == service).Value?[0];
        }
    }

    /// <summary>Wants a service no more.</summary>
    public void Withdraw(I2PService service)
    {
        I2PDoor[]? doors;
        lock (_gate)
        {
            _wanted.Remove(service, out doors);
        }

        Array.ForEach(doors ?? [], static door => door.Detach());
    }

    /// <summary>Publishes on a run of a router until cancelled.</summary>
    public async Task ServeAsync(SamBridge bridge, bool isNew, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (isNew)
            {
                _rests.Clear();
            }

            (_serving, _served) = (bridge, cancellationToken);
            foreach (I2PService service in _wanted.Keys)
            {
                service.OnRouter();
            }

            foreach (I2PDoor door in _doors.Values.ToArray())
            {
                Run(door);
            }
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] running;
        lock (_gate)
        {
            _serving = null;
            running = [.. _running];
        }

        await Task.WhenAll(running);
    }

    /// <summary>The router is gone for a while.</summary>
    public void OnInterrupted(string why)
    {
        I2PService[] services;
        lock (_gate)
        {
            services = [.. _wanted.Keys];
        }

        Array.ForEach(services, service => service.OnInterrupted(service.Definition.Ports, why));
    }

    /// <summary>Ends all services.</summary>
    public async Task EndAsync()
    {
        I2PService[] services;
        lock (_gate)
        {
            _isEnded = true;
            services = [.. _wanted.Keys];
        }

        Array.ForEach(services, Withdraw);
        await Task.WhenAll(services.Select(static service => service.EndAsync()));
    }

    private I2PDoor Open(ServiceAddress address, I2PService service)
    {
        (I2PPrivateKey key, I2PHost host, ImmutableArray<int> ports) = address;
        if (_doors.TryGetValue(key.Destination.Host, out I2PDoor? door) && door.Host == host.Name && door.TryAttach(service, ports))
        {
            return door;
        }

        // One that is just closing must have done so: two sessions of one key are taken by i2pd, and die.
        door = new I2PDoor(key, host.Name, SamSessionOptions.Of(options, host.Kind == I2PHostKind.Blinded), _rests, clock, metrics, logger) { After = door?.Running ?? Task.CompletedTask };
        door.TryAttach(service, ports);
        _doors[key.Destination.Host] = door;
        if (_serving is not null)
        {
            Run(door);
        }

        return door;
    }

    private void Run(I2PDoor door)
    {
        door.Running = RunAsync(door, _serving!, _served);
        _running.RemoveWhere(static task => task.IsCompleted);
        _running.Add(door.Running);
    }

    private async Task RunAsync(I2PDoor door, SamBridge bridge, CancellationToken cancellationToken)
    {
        await door.After.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await door.RunAsync(bridge, cancellationToken);
        lock (_gate)
        {
            if (door.Deserted.IsCompleted && _doors.GetValueOrDefault(door.KeyHost) == door)
            {
                _doors.Remove(door.KeyHost);
            }
        }
    }
}
