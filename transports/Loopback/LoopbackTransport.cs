using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.Loopback;

/// <summary>Dials and publishes on 127.0.0.0/8 of this machine, and nowhere else.</summary>
internal sealed class LoopbackTransport : ITransport
{
    private readonly StatusSource<TransportStatus> _status = new(TransportStatus.NotStarted);
    private readonly TransportLife<SocketEngine> _life;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _published = new(StringComparer.Ordinal);
    private readonly HashSet<LoopbackService> _services = [];

    public LoopbackTransport() => _life = new TransportLife<SocketEngine>(Name, _status.Complete);

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
        return _life.StartAsync(
            _ =>
            {
                _status.Set(TransportStatus.Ready);
                return Task.FromResult(context.Features.Get<SocketEngine>() ?? SocketEngine.Default);
            },
            cancellationToken);
    }

    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.EndPoint is not LoopbackEndPoint endPoint)
        {
            return new DialError(DialErrorKind.NotAnOverlayName, Name);
        }

        using CancellationTokenSource wait = request.Deadline.CreateLinkedSource(cancellationToken, _life.Over);
        try
        {
            return await _life.WaitAsync(request, cancellationToken) is { } engine
                ? new SocketConnection(await engine.ConnectAsync(endPoint.Socket, localEndPoint: null, wait.Token))
                : _life.Refuse(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return _life.Refuse(cancellationToken);
        }
        catch (SocketException e)
        {
            return new DialError(KindOf(e.SocketErrorCode), Name, $"connect: {e.SocketErrorCode}");
        }
    }

    public async ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (_life.Current is not { } engine || cancellationToken.IsCancellationRequested)
        {
            return _life.Refuse(definition, cancellationToken);
        }

        if (definition.Check(Name, LoopbackIdentities.Instance, IPEndPoint.MaxPort, optionsType: null) is { } refusal)
        {
            return refusal;
        }

        lock (_gate)
        {
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
            if (!_life.Over.IsCancellationRequested)
            {
                _services.Add(service);
                return PublishResult.FromService(service);
            }
        }

        await service.DisposeAsync();
        return PublishError.NotRunning(Name, definition);
    }

    // There is nothing on the way to this machine that could be prepared.
    public ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => new(_life.EndAsync(EndAsync));

    private static DialErrorKind KindOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => DialErrorKind.Refused,
        SocketError.AccessDenied => DialErrorKind.NotAllowed,
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => DialErrorKind.OutOfResources,

        // The system has no port left to connect from.
        SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable => DialErrorKind.OutOfResources,
        _ => DialErrorKind.Unreachable,
    };

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
        LoopbackService[] services;
        lock (_gate)
        {
            services = [.. _services];
        }

        foreach (LoopbackService service in services)
        {
            await service.StopAsync();
        }
    }
}
