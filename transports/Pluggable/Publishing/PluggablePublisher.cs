using System.Collections.Immutable;
using System.Net;
using Klyntar.Overlay.Connections;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>Knows which services are wanted, and keeps a door for each of their ports.</summary>
internal sealed class PluggablePublisher(PluggableOptions options, Obfs4Identities identities, PtProgram program, PtFolders folders, SocketEngine engine, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _life = new();
    private readonly Dictionary<string, PluggableService> _published = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Certificate, IPEndPoint Listen), PluggableDoor> _doors = [];
    private readonly Dictionary<PluggableService, PluggableDoor[]> _wanted = [];
    private bool _isEnded;

    /// <summary>Wants a service from now on.</summary>
    public PublishResult Publish(ServiceDefinition definition)
    {
        if (ServiceCheck.Of(definition, identities, options) is { } error)
        {
            return error;
        }

        Obfs4Key key = Obfs4Identities.KeyOf(definition.Identity);
        string certificate = Obfs4Certificate.Write(key.Certificate);
        ImmutableArray<ServicePlace> places = ServicePlace.AllOf(definition, options);
        var service = new PluggableService(this, definition, places, logger);
        lock (_gate)
        {
            if (_isEnded)
            {
                return PublishError.NotRunning(PluggableEndPoint.OverlayName, definition);
            }

            if (!_published.TryAdd(certificate, service))
            {
                return new PublishError(PublishErrorKind.AlreadyPublished, $"The identity of service {definition.Name} is published already. Give each service an identity of its own.");
            }

            _wanted.Add(service, [.. places.Select(place => Open(key, certificate, place, service))]);
        }

        return PublishResult.FromService(service);
    }

    /// <summary>Wants a service no more.</summary>
    public void Withdraw(PluggableService service)
    {
        PluggableDoor[]? doors;
        lock (_gate)
        {
            _wanted.Remove(service, out doors);
            foreach (string certificate in _published.Where(published => published.Value == service).Select(static published => published.Key).ToArray())
            {
                _published.Remove(certificate);
            }
        }

        Array.ForEach(doors ?? [], static door => door.Detach());
    }

    /// <summary>Ends all services and programs.</summary>
    public async ValueTask DisposeAsync()
    {
        PluggableService[] services;
        Task[] running;
        lock (_gate)
        {
            _isEnded = true;
            services = [.. _wanted.Keys];
        }

        Array.ForEach(services, Withdraw);
        await Task.WhenAll(services.Select(static service => service.EndAsync()));
        await _life.CancelAsync();
        lock (_gate)
        {
            running = [.. _doors.Values.Select(static door => door.Running)];
        }

        await Task.WhenAll(running);
        _life.Dispose();
    }

    private PluggableDoor Open(Obfs4Key key, string certificate, ServicePlace place, PluggableService service)
    {
        if (_doors.TryGetValue((certificate, place.Listen), out PluggableDoor? door) && door.TryAttach(service, place.Port))
        {
            return door;
        }

        // One that is just closing must have done so: the address is taken until then.
        door = new PluggableDoor(key, place.Listen, program, folders, engine, clock, logger) { After = door?.Running ?? Task.CompletedTask };
        door.TryAttach(service, place.Port);
        _doors[(certificate, place.Listen)] = door;
        door.Running = RunAsync(door, (certificate, place.Listen), _life.Token);
        return door;
    }

    private async Task RunAsync(PluggableDoor door, (string, IPEndPoint) place, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            await door.RunAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                if (_doors.GetValueOrDefault(place) == door)
                {
                    _doors.Remove(place);
                }
            }
        }
    }
}
