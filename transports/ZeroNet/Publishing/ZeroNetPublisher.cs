using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Knows which services are wanted, and signs the site of each so that its record names where the peer port is reached.</summary>
/// <param name="shelf">The sites.</param>
/// <param name="legs">What the peer port is reached over, those that are preferred first.</param>
/// <param name="certificate">The peer port's certificate, as records name it.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The transport's logger.</param>
internal sealed partial class ZeroNetPublisher(SiteShelf shelf, ImmutableArray<ILeg> legs, string certificate, TimeProvider clock, ILogger logger) : ITunnelServices
{
    // The record names each.
    private const int MaxPorts = 1024;

    // A record counts for a month and is written anew after half of it, so that a gateway may be away for two weeks; each writing makes the whole network fetch it.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ZeroNetService> _services = new(StringComparer.Ordinal);
    private readonly HashSet<ZeroNetAddress> _announced = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isEnded;

    /// <summary>Completed when a service came, or a site was signed: peers and trackers are to be told.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>The sites of all services that are wanted.</summary>
    public ImmutableArray<ZeroNetAddress> Sites
    {
        get
        {
            lock (_gate)
            {
                return [.. _services.Values.Select(static service => service.Key.Address)];
            }
        }
    }

    /// <summary>The sites that are to be told of; <see cref="Changed"/> waits for the next change from then on.</summary>
    public ImmutableArray<ZeroNetAddress> TakeChanges()
    {
        lock (_gate)
        {
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return Sites;
        }
    }

    /// <summary>Wants a service from now on.</summary>
    public PublishResult Publish(ServiceDefinition definition)
    {
        if (definition.Check(ZeroNetAddress.OverlayName, ZeroNetIdentityFormat.Instance, MaxPorts, typeof(ZeroNetServiceOptions)) is { } error)
        {
            return error;
        }

        var service = new ZeroNetService(this, definition, logger);
        lock (_gate)
        {
            if (_isEnded)
            {
                return PublishError.NotRunning(ZeroNetAddress.OverlayName, definition);
            }

            if (!_services.TryAdd(service.Key.Address.Text, service))
            {
                return new PublishError(PublishErrorKind.AlreadyPublished, $"The identity of service {definition.Name} is published already. Give each service an identity of its own.");
            }

            Sign(service);
        }

        return PublishResult.FromService(service);
    }

    /// <summary>Wants a service no more. Its site is kept, and says where it was.</summary>
    public void Withdraw(ZeroNetService service)
    {
        lock (_gate)
        {
            if (_services.TryGetValue(service.Key.Address.Text, out ZeroNetService? wanted) && wanted == service)
            {
                _services.Remove(service.Key.Address.Text);
                _announced.Remove(service.Key.Address);
            }
        }
    }

    /// <inheritdoc/>
    public bool TryFind(string site, [NotNullWhen(true)] out ITunnelService? service)
    {
        lock (_gate)
        {
            service = _services.GetValueOrDefault(site);
            return service is not null;
        }
    }

    /// <summary>The key as which others are to see a service that dials; null where no such service is wanted.</summary>
    public ZeroNetPrivateKey? FindKey(string service)
    {
        lock (_gate)
        {
            return _services.Values.FirstOrDefault(wanted => wanted.Definition.Name == service)?.Key;
        }
    }

    /// <summary>A leg has come, changed or gone, or time has passed: sites are signed anew where they say something else now.</summary>
    public void Refresh()
    {
        lock (_gate)
        {
            foreach (ZeroNetService service in _services.Values)
            {
                Sign(service);
            }
        }
    }

    /// <summary>Trackers were told of a site, or none could be: whoever looks for it finds what there is to find.</summary>
    public void OnAnnounced(ZeroNetAddress site)
    {
        lock (_gate)
        {
            if (_services.TryGetValue(site.Text, out ZeroNetService? service) && _announced.Add(site))
            {
                Tell(service);
            }
        }
    }

    /// <summary>Ends all services.</summary>
    public async Task EndAsync()
    {
        ZeroNetService[] services;
        lock (_gate)
        {
            _isEnded = true;
            services = [.. _services.Values];
        }

        Array.ForEach(services, Withdraw);
        await Task.WhenAll(services.Select(static service => service.EndAsync()));
    }

    private void Sign(ZeroNetService service)
    {
        ImmutableArray<RecordedEndPoint> endPoints = [.. legs
            .Where(static leg => leg.Address is not null)
            .Select(leg => new RecordedEndPoint(leg.Kind, leg.Address!.Value.Host, leg.Address.Value.Port, certificate))];
        if (endPoints.IsEmpty)
        {
            Tell(service);
            return;
        }

        var options = service.Definition.Options as ZeroNetServiceOptions ?? new ZeroNetServiceOptions();
        var record = new EndPointRecord { EndPoints = endPoints, Expires = ExpiryOf(service.Key.Address, endPoints) };
        SitePublication publication = shelf.Publish(service.Key, new SitePage(options.Title, options.Description), record);
        if (publication.Refusal is { } refusal)
        {
            LogNotSigned(service.Definition.Name, refusal);
            service.OnInterrupted(refusal);
            return;
        }

        if (publication.IsChanged)
        {
            _announced.Remove(service.Key.Address);
        }

        // Once each: what is only looked at again starts no other round with the trackers, which would break off the one that is under way.
        if (publication.IsChanged || !service.IsSigned)
        {
            _changed.TrySetResult();
        }

        service.IsSigned = true;
        Tell(service);
    }

    // The same one until half of it is over: another expiry would be another file.
    private long ExpiryOf(ZeroNetAddress site, ImmutableArray<RecordedEndPoint> endPoints)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return shelf.Record(site) is { } known && known.Record.EndPoints.SequenceEqual(endPoints) && known.Record.Expires >= (now + (Lifetime / 2)).ToUnixTimeSeconds()
            ? known.Record.Expires
            : (now + Lifetime).ToUnixTimeSeconds();
    }

    private void Tell(ZeroNetService service)
    {
        if (service.IsSigned && _announced.Contains(service.Key.Address) && legs.Any(static leg => leg.Status.Current.IsPublished))
        {
            service.OnPublished();
            return;
        }

        service.OnInterrupted(legs.All(static leg => leg.Address is null)
            ? legs.Any(static leg => leg.IsOverlay) ? "waiting for an address of the peer port" : "The peer port has no public address, so that nobody can connect. Write it into transports.zeronet.address."
            : !legs.Any(static leg => leg.Status.Current.IsPublished) ? $"the peer port is not reached yet ({string.Join("; ", legs.Select(static leg => $"{leg.Name}: {leg.Status.Current}"))})"
            : "telling trackers");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The site of service {Service} is not signed. {Why}")]
    private partial void LogNotSigned(string service, string why);
}
