using System.Collections.Immutable;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.Loopback;

/// <summary>Dials and publishes on 127.0.0.0/8 of this machine, and nowhere else.</summary>
internal sealed class LoopbackTransport : ITransport
{
    private readonly StatusSource<TransportStatus> _status = new(TransportStatus.NotStarted);
    private readonly CancellationTokenSource _life = new();
    private readonly Lock _gate = new();
    private readonly HashSet<string> _published = new(StringComparer.Ordinal);
    private readonly HashSet<LoopbackService> _services = [];

    // Given at the start, for which dials may wait; null once the transport has ended without one.
    private readonly TaskCompletionSource<SocketEngine?> _engine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _ending;

    public string Name => LoopbackEndPoint.OverlayName;

    public TransportCapabilities Capabilities { get; } = new()
    {
        HalfClose = true,
        Reset = true,
        Isolation = false,
        SharedAddress = true,
        VisitorIdentity = false,
        Publish = true,
    };

    public bool NeverBlocks => true;

    public IStatus<TransportStatus> Status => _status;

    public IIdentityFormat? Identities => LoopbackIdentities.Instance;

    public ImmutableArray<string> Suffixes => [LoopbackEndPoint.Suffix];

    public ParsedHost Parse(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        return LoopbackEndPoint.ParseHost(host, port);
    }

    public Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ending is not null, this);
            if (!_engine.TrySetResult(context.Features.Get<SocketEngine>() ?? SocketEngine.Default))
            {
                throw new InvalidOperationException("A transport is started once.");
            }

            _status.Set(TransportStatus.Ready);
        }

        return Task.CompletedTask;
    }

    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.EndPoint is not LoopbackEndPoint endPoint)
        {
            return Error(DialErrorKind.NotAnOverlayName);
        }

        CancellationToken life;
        lock (_gate)
        {
            if (_ending is not null)
            {
                return Error(DialErrorKind.TransportFailed);
            }

            life = _life.Token;
        }

        using CancellationTokenSource wait = request.Deadline.CreateLinkedSource(cancellationToken, life);
        try
        {
            wait.Token.ThrowIfCancellationRequested();
            SocketEngine? engine = _engine.Task.IsCompleted ? await _engine.Task : await _engine.Task.WaitAsync(wait.Token);
            return engine is null
                ? Error(DialErrorKind.TransportFailed)
                : new SocketConnection(await engine.ConnectAsync(endPoint.Socket, localEndPoint: null, wait.Token));
        }
        catch (OperationCanceledException)
        {
            return Error(
                cancellationToken.IsCancellationRequested ? DialErrorKind.Cancelled
                : life.IsCancellationRequested ? DialErrorKind.TransportFailed
                : _engine.Task.IsCompleted ? DialErrorKind.TimedOut
                : DialErrorKind.TransportNotReady);
        }
        catch (SocketException e)
        {
            return new DialError(KindOf(e.SocketErrorCode), Name, $"connect: {e.SocketErrorCode}");
        }
    }

    public async ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (cancellationToken.IsCancellationRequested)
        {
            return new PublishError(PublishErrorKind.Cancelled, $"The publication of service '{definition.Name}' was given up before it began. Publish again.");
        }

        if (Refuse(definition) is { } refusal)
        {
            return refusal;
        }

        SocketEngine? engine = _engine.Task.IsCompleted ? await _engine.Task : null;
        lock (_gate)
        {
            if (engine is null || _ending is not null)
            {
                return Stopped;
            }

            if (!_published.Add(definition.Identity.Address))
            {
                return new PublishError(PublishErrorKind.AlreadyPublished, $"The identity of service '{definition.Name}' is published already. Stop that service first, or use another identity.");
            }
        }

        LoopbackService service;
        try
        {
            service = await LoopbackService.ListenAsync(engine, definition, Forget);
        }
        catch (SocketException e)
        {
            lock (_gate)
            {
                _published.Remove(definition.Identity.Address);
            }

            return new PublishError(PublishErrorKind.InvalidPorts, $"Service '{definition.Name}' cannot listen on its ports: {e.SocketErrorCode}. Choose others; those below 1024 may need privileges.");
        }

        lock (_gate)
        {
            if (_ending is null)
            {
                _services.Add(service);
                return PublishResult.FromService(service);
            }
        }

        await service.DisposeAsync();
        return Stopped;
    }

    // There is nothing on the way to this machine that could be prepared.
    public ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _ending ??= EndAsync();
        }

        return new ValueTask(_ending);
    }

    private static DialErrorKind KindOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => DialErrorKind.Refused,
        SocketError.AccessDenied => DialErrorKind.NotAllowed,
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => DialErrorKind.OutOfResources,

        // The system has no port left to connect from.
        SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable => DialErrorKind.OutOfResources,
        _ => DialErrorKind.Unreachable,
    };

    private PublishError Stopped => new(PublishErrorKind.TransportFailed, $"The {Name} transport is not running. Start it first.");

    private DialError Error(DialErrorKind kind) => new(kind, Name);

    private PublishError? Refuse(ServiceDefinition definition)
    {
        if (!LoopbackIdentities.Owns(definition.Identity))
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

    private void Forget(LoopbackService service)
    {
        lock (_gate)
        {
            _services.Remove(service);
            _published.Remove(service.Definition.Identity.Address);
        }
    }

    private async Task EndAsync()
    {
        // Off the caller's lock.
        await Task.Yield();
        await _life.CancelAsync();
        _engine.TrySetResult(null);
        LoopbackService[] services;
        lock (_gate)
        {
            services = [.. _services];
        }

        foreach (LoopbackService service in services)
        {
            await service.StopAsync();
        }

        _status.Complete(TransportStatus.Stopped);
        _life.Dispose();
    }
}
