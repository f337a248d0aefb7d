using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Knows which services are wanted, whatever becomes of the router; each run of a router publishes them anew.</summary>
internal sealed class I2PPublisher(I2POptions options, TimeProvider clock, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly KeyRests _rests = new(clock);
    private readonly IReadOnlyList<string> _sessionOptions = SamSessionOptions.Of(options);
    private readonly Dictionary<string, I2PDoor> _doors = new(StringComparer.Ordinal);
    private readonly Dictionary<I2PService, I2PDoor[]> _wanted = [];
    private readonly HashSet<Task> _running = [];
    private SamBridge? _serving;
    private CancellationToken _served;
    private bool _isEnded;

    /// <summary>The answer to publications before the start and after the end.</summary>
    public static PublishError TransportStopped { get; } = new(PublishErrorKind.TransportFailed, "The I2P transport has stopped or was not started. Start the gateway.");

    /// <summary>Wants a service from now on.</summary>
    public PublishResult Publish(ServiceDefinition definition)
    {
        if (ServiceCheck.Of(definition) is { } error)
        {
            return error;
        }

        // The identity's own key serves the first port, so that its address is the service's.
        I2PPrivateKey own = I2PIdentityFormat.KeyOf(definition.Identity);
        I2PPrivateKey[] keys = [.. definition.Ports.Select((port, index) => index == 0 ? own : own.Derive(port))];
        ImmutableArray<OverlayEndPoint> endPoints =
            [.. keys.Select((key, index) => new I2PEndPoint(new I2PHost(key.Destination.Host, I2PHostKind.Hash), definition.Ports[index]))];
        var service = new I2PService(this, definition, endPoints, logger);
        lock (_gate)
        {
            if (_isEnded)
            {
                return TransportStopped;
            }

            if (keys.Any(key => _doors.TryGetValue(key.Destination.Host, out I2PDoor? door) && door.IsTaken))
            {
                return new PublishError(PublishErrorKind.AlreadyPublished, $"The identity of service {definition.Name} is published already. Give each service an identity of its own.");
            }

            _wanted.Add(service, [.. keys.Select((key, index) => Open(key, service, definition.Ports[index]))]);
            if (_serving is not null)
            {
                service.OnRouter();
            }
        }

        return PublishResult.FromService(service);
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
    public async Task ServeAsync(SamBridge bridge, bool isOurs, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (isOurs)
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

        Array.ForEach(services, service => service.OnInterrupted(null, why));
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

    private I2PDoor Open(I2PPrivateKey key, I2PService service, int port)
    {
        string host = key.Destination.Host;
        if (_doors.TryGetValue(host, out I2PDoor? door) && door.TryAttach(service, port))
        {
            return door;
        }

        // One that is just closing must have done so: two sessions of one key are taken by i2pd, and die.
        door = new I2PDoor(key, _sessionOptions, _rests, clock, logger) { After = door?.Running ?? Task.CompletedTask };
        door.TryAttach(service, port);
        _doors[host] = door;
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
            if (door.Deserted.IsCompleted && _doors.GetValueOrDefault(door.Host) == door)
            {
                _doors.Remove(door.Host);
            }
        }
    }
}
