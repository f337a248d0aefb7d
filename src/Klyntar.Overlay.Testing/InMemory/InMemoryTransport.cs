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

    // Answered with the helper's life while one runs; with null once none will.
    private TaskCompletionSource<CancellationToken?> _helper = NewSource<CancellationToken?>();
    private TaskCompletionSource<Deadline> _loss = NewSource<Deadline>();
    private CancellationTokenSource? _helperLife;
    private bool _hasFailed;

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

    internal bool IsUp => _helperLife is { IsCancellationRequested: false };

    /// <inheritdoc/>
    public ParsedHost Parse(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        return _addresses.Parse(host, port);
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

    /// <summary>Ends the helper: connections break, services are unreachable, and after a while it is back.</summary>
    /// <param name="downFor">How long it is gone, on the context's clock.</param>
    public void LoseHelper(TimeSpan downFor = default) => EndHelper(new TransportStatus.Degraded("The helper has ended and is being started again."), downFor);

    /// <summary>Ends the helper for good: the transport has failed and waits for the operator.</summary>
    /// <param name="why">The cause and the next step, as a sentence.</param>
    public void FailHelper(string why)
    {
        EndHelper(new TransportStatus.Failed(why), Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            _hasFailed = true;
            _status.Set(new TransportStatus.Failed(why));
            _helper.TrySetResult(null);
        }

        foreach (InMemoryService service in Services())
        {
            service.Fail(why);
        }
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

    /// <summary>Waits until a helper runs.</summary>
    /// <returns>The helper's life; null where none will run any more.</returns>
    internal Task<CancellationToken?> WaitForHelperAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _helper.Task.WaitAsync(cancellationToken);
        }
    }

    internal void Forget(InMemoryService service)
    {
        lock (_gate)
        {
            _services.Remove(service.Definition.Identity.Address);
        }
    }

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

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

    private ImmutableArray<OverlayEndPoint> EndPointsOf(ServiceDefinition definition)
    {
        var endPoints = ImmutableArray.CreateBuilder<OverlayEndPoint>(definition.Ports.Length);
        for (int i = 0; i < definition.Ports.Length; i++)
        {
            string host = _addresses.Of(InMemoryIdentities.Key(definition.Identity), Capabilities.SharedAddress ? 0 : i);
            endPoints.Add(new InMemoryEndPoint(Name, host, definition.Ports[i]));
        }

        return endPoints.MoveToImmutable();
    }

    private async Task RunAsync(CancellationToken life)
    {
        try
        {
            await Task.Delay(Overlay.Options.StartTime, Clock, life).ConfigureAwait(false);
            while (true)
            {
                Task<Deadline> loss;
                lock (_gate)
                {
                    life.ThrowIfCancellationRequested();
                    if (_hasFailed)
                    {
                        return;
                    }

                    loss = _loss.Task;
                    _helperLife = CancellationTokenSource.CreateLinkedTokenSource(life);
                    _status.Set(TransportStatus.Ready);
                    _helper.TrySetResult(_helperLife.Token);
                }

                LogReady();
                Deadline back = await loss.WaitAsync(life).ConfigureAwait(false);
                LogLost();
                await Task.Delay(back.Remaining, Clock, life).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private void EndHelper(TransportStatus status, TimeSpan downFor)
    {
        // From now on, whenever the loop hears of it.
        Deadline back = Deadline.After(downFor, Clock);
        CancellationTokenSource helperLife;
        TaskCompletionSource<Deadline> loss;
        lock (_gate)
        {
            if (!IsUp)
            {
                return;
            }

            helperLife = _helperLife!;
            _helperLife = null;
            _helper = NewSource<CancellationToken?>();
            (loss, _loss) = (_loss, NewSource<Deadline>());
            _status.Set(status);
        }

        helperLife.Cancel();
        helperLife.Dispose();
        foreach (InMemoryLink link in _links.Keys)
        {
            link.Break();
        }

        loss.SetResult(back);
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
