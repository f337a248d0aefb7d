using System.Collections.Concurrent;
using System.Collections.Immutable;
using Klyntar.Overlay.Identities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Klyntar.Overlay.Testing;

/// <summary>A transport of an in-memory overlay, with a helper that can be lost.</summary>
public sealed partial class InMemoryTransport : ITransport
{
    private readonly InMemoryAddress _addresses;
    private readonly InMemoryIdentities _identities;
    private readonly StatusSource<TransportStatus> _status = new(TransportStatus.NotStarted);
    private readonly CancellationTokenSource _life = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<IsolationKey, int> _paths = [];
    private readonly Dictionary<string, InMemoryService> _services = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<InMemoryLink, byte> _links = new();
    private ILogger _logger = NullLogger.Instance;
    private Task _running = Task.CompletedTask;
    private Task? _disposal;

    internal InMemoryTransport(InMemoryOverlay overlay)
    {
        Overlay = overlay;
        _addresses = new InMemoryAddress(overlay.Options.Name, overlay.Options.Suffix);
        _identities = new InMemoryIdentities(overlay.Options.Name, _addresses);
    }

    /// <summary>The network.</summary>
    public InMemoryOverlay Overlay { get; }

    /// <inheritdoc/>
    public string Name => Overlay.Options.Name;

    /// <inheritdoc/>
    public TransportCapabilities Capabilities => Overlay.Options.Capabilities;

    /// <inheritdoc/>
    public IStatus<TransportStatus> Status => _status;

    /// <inheritdoc/>
    public IIdentityFormat? Identities => Capabilities.Publish ? _identities : null;

    internal TimeProvider Clock { get; private set; } = TimeProvider.System;

    /// <summary>Who this transport is to the services it visits.</summary>
    internal string VisitorIdentity { get; } = $"visitor-{Guid.NewGuid():n}";

    /// <inheritdoc/>
    public ImmutableArray<string> Suffixes => [Overlay.Options.Suffix];

    /// <inheritdoc/>
    public ParsedHost Parse(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        return _addresses.Parse(host, port);
    }

    /// <inheritdoc/>
    public ImmutableArray<OverlayEndPoint> EndPointsOf(ServiceDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var endPoints = ImmutableArray.CreateBuilder<OverlayEndPoint>(definition.Ports.Length);
        for (int i = 0; i < definition.Ports.Length; i++)
        {
            string host = _addresses.Of(InMemoryIdentities.Key(definition.Identity), Capabilities.SharedAddress ? 0 : i);
            endPoints.Add(new InMemoryEndPoint(Name, host, definition.Ports[i]));
        }

        return endPoints.MoveToImmutable();
    }

    /// <inheritdoc/>
    public Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposal is not null, this);
            if (_status.Current != TransportStatus.NotStarted)
            {
                throw new InvalidOperationException("A transport is started once.");
            }

            Clock = context.Clock;
            _logger = context.Loggers.CreateLogger<InMemoryTransport>();
            _status.Set(new TransportStatus.Starting(0, "starting the helper"));
            _running = RunAsync(_life.Token);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        await Task.CompletedTask.ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
        {
            return new PublishError(PublishErrorKind.Cancelled, "The publication was given up before it began. Publish again.");
        }

        if (Refuse(definition) is { } refusal)
        {
            return refusal;
        }

        InMemoryService service = new(this, definition, EndPointsOf(definition));
        lock (_gate)
        {
            if (_disposal is not null || _status.Current.IsFinal || _status.Current == TransportStatus.NotStarted)
            {
                return new PublishError(PublishErrorKind.TransportFailed, $"{Name} is not running. Start it first.");
            }

            if (!_services.TryAdd(definition.Identity.Address, service))
            {
                return new PublishError(PublishErrorKind.AlreadyPublished, $"The identity of service '{definition.Name}' is published already. Stop that service first, or use another identity.");
            }

            service.Start();
        }

        LogPublishing(definition.Name);
        return PublishResult.FromService(service);
    }

    /// <inheritdoc/>
    public ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask<NewCircuitsResult> NewCircuitsAsync(CancellationToken cancellationToken)
    {
        if (!IsUp)
        {
            return ValueTask.FromResult(new NewCircuitsResult(NewCircuitsOutcome.NotReady, $"{Name} is not ready. Ask again when it is."));
        }

        lock (_gate)
        {
            _paths.Clear();
        }

        return ValueTask.FromResult(NewCircuitsResult.Done);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposal ??= DisposeCoreAsync();
        }

        return new ValueTask(_disposal);
    }

    internal void Forget(InMemoryService service)
    {
        lock (_gate)
        {
            _services.Remove(service.Definition.Identity.Address);
        }
    }

    private PublishError? Refuse(ServiceDefinition definition)
    {
        if (!Capabilities.Publish)
        {
            return new PublishError(PublishErrorKind.NotSupported, $"Services cannot be published on {Name}: it is only dialled. Name another transport.");
        }

        if (!_identities.Owns(definition.Identity))
        {
            return new PublishError(PublishErrorKind.InvalidIdentity, $"The identity of service '{definition.Name}' is not one of {Name}. Make one with this transport.");
        }

        if (definition.Ports.IsDefaultOrEmpty || definition.Ports.Any(p => p is < 1 or > 65535) || definition.Ports.Distinct().Count() != definition.Ports.Length)
        {
            return new PublishError(PublishErrorKind.InvalidPorts, $"Service '{definition.Name}' needs ports from 1 to 65535, each once. Correct them.");
        }

        return definition.Options is null
            ? null
            : new PublishError(PublishErrorKind.InvalidOptions, $"Services have no options on {Name}. Remove those of service '{definition.Name}'.");
    }

    private InMemoryService[] Services()
    {
        lock (_gate)
        {
            return [.. _services.Values];
        }
    }

    private async Task DisposeCoreAsync()
    {
        // Leaves the lock before anything that may run another's code.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        lock (_gate)
        {
            if (!_helper.TrySetResult(null))
            {
                _helper = NewSource<CancellationToken?>();
                _helper.SetResult(null);
            }
        }

        await _life.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        lock (_gate)
        {
            _helperLife?.Dispose();
            _helperLife = null;
        }

        foreach (InMemoryService service in Services())
        {
            await service.StopAsync().ConfigureAwait(false);
        }

        foreach (InMemoryLink link in _links.Keys)
        {
            link.Break();
            await link.Completion.ConfigureAwait(false);
        }

        _status.Complete(TransportStatus.Stopped);
        _life.Dispose();
    }
}
