using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Klyntar.Overlay;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Identities;

namespace SampleNamespace;

/// <summary>The transport: made by its factory, started once, disposed once, and called from many threads at a time.</summary>
internal sealed class SampleClassTransport : ITransport
{
    // The name of the gateway's own secret among the transport's keys.
    private const string NodeKeyName = "node";
    private const int NodeKeyLength = 32;

    private readonly SampleClassOptions _options;
    private readonly StatusSource<TransportStatus> _status = new(TransportStatus.NotStarted);
    private readonly TransportLife<Running> _life;
    private readonly SampleClassIdentities _identities = new();
    private readonly Lock _gate = new();
    private readonly HashSet<string> _published = [];
    private readonly HashSet<SampleClassService> _services = [];

    public SampleClassTransport(SampleClassOptions options)
    {
        _options = options;

        // Started once, ended once, and what the start made for the dials that wait for it: the same for all transports.
        _life = new TransportLife<Running>(Name, _status.Complete);
    }

    public string Name => SampleClassAddress.Overlay;

    /// <summary>What connections can carry. The gateway adapts to it, and the kit tests each promise: promise what is true and no more.</summary>
    public TransportCapabilities Capabilities { get; } = new()
    {
        Publish = true,
        HalfClose = true, // a Unix socket passes the end of one direction on
        Reset = false, // and knows no reset
        SharedAddress = true, // one address has many ports
        VisitorIdentity = true, // by Hello
        Isolation = true, // by Hello, too: there is nobody else on the way who could link two connections
    };

    public IStatus<TransportStatus> Status => _status;

    public IIdentityFormat Identities => _identities;

    /// <summary>What our names end in. Two transports that say the same are not run together.</summary>
    public ImmutableArray<string> Suffixes { get; } = [SampleClassAddress.Suffix];

    public ParsedHost Parse(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        return SampleClassAddress.Parse(host, port);
    }

    /// <summary>Starts. Where that takes long, return and let Status tell how it goes. What an operator must mend is an OverlayException.</summary>
    public Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return _life.StartAsync(_ => Task.FromResult(Begin(context)), cancellationToken);
    }

    /// <summary>Dials. Each failure that can be expected is a value of the one vocabulary, with a detail that holds no address.</summary>
    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.EndPoint is not SampleClassEndPoint endPoint)
        {
            return new DialError(DialErrorKind.NotAnOverlayName, Name);
        }

        // One deadline for all stages: no layer grants time anew.
        using CancellationTokenSource wait = request.Deadline.CreateLinkedSource(cancellationToken, _life.Over);
        EngineSocket? socket = null;
        try
        {
            if (await _life.WaitAsync(request, cancellationToken) is not { } running)
            {
                return _life.Refuse(cancellationToken);
            }

            socket = await running.Engine.ConnectAsync(new UnixDomainSocketEndPoint(Path.Join(_options.Folder, endPoint.SocketName)), null, wait.Token);
            await Hello.SendAsync(socket, running.NodeKey, request.Isolation, wait.Token);
            var connection = new SocketConnection(socket);
            socket = null;
            return connection;
        }
        catch (OperationCanceledException)
        {
            // The caller's patience, the deadline or the transport's end: which one, the life knows.
            return _life.Refuse(cancellationToken);
        }
        catch (SocketException e)
        {
            return new DialError(e.SocketErrorCode == SocketError.TooManyOpenSockets ? DialErrorKind.OutOfResources : DialErrorKind.NotFound, Name, $"connect: {e.SocketErrorCode}");
        }
        finally
        {
            socket?.Dispose();
        }
    }

    /// <summary>Publishes. The service must outlive whatever the transport restarts underneath: it is the gateway that ends it.</summary>
    public ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return ValueTask.FromResult(_life.Current is { } running && !cancellationToken.IsCancellationRequested
            ? Publish(definition, running)
            : _life.Refuse(definition, cancellationToken));
    }

    /// <summary>A hint before dials: here there is nothing that could be prepared.</summary>
    public ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Ends dials and services, and completes the status. May be called again, and before the start.</summary>
    public ValueTask DisposeAsync() => new(_life.EndAsync(EndAsync));

    private Running Begin(ITransportContext context)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(_options.Folder);
            }
            else
            {
                Directory.CreateDirectory(_options.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The folder {_options.Folder} cannot be made: {e.Message} Choose another in transports.{Name}.folder.", e);
        }

        if (context.Keys.Read(NodeKeyName) is not { } nodeKey)
        {
            nodeKey = RandomNumberGenerator.GetBytes(NodeKeyLength);
            context.Keys.Create(NodeKeyName, nodeKey);
        }

        _status.Set(TransportStatus.Ready);

        // The clock is the context's, so that tests can turn it; the engine is the gateway's, so that its relay moves bytes without copying them through us.
        return new Running(context.Features.Get<SocketEngine>() ?? SocketEngine.Default, context.Clock, nodeKey);
    }

    private PublishResult Publish(ServiceDefinition definition, Running running)
    {
        if (definition.Check(Name, _identities, IPEndPoint.MaxPort, optionsType: null) is { } refusal)
        {
            return refusal;
        }

        lock (_gate)
        {
            // Here the end either finds the service, or is found.
            if (_life.Over.IsCancellationRequested)
            {
                return PublishError.NotRunning(Name, definition);
            }

            if (!_published.Add(definition.Identity.Address))
            {
                return AlreadyPublished(definition);
            }

            try
            {
                var service = new SampleClassService(definition, ((ITransport)this).EndPointsOf(definition), Listen(running.Engine, definition), _options.HelloTimeout, running.Clock, Forget);
                _services.Add(service);
                return PublishResult.FromService(service);
            }
            catch (SocketException e)
            {
                _published.Remove(definition.Identity.Address);
                return e.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? AlreadyPublished(definition)
                    : new PublishError(PublishErrorKind.TransportFailed, $"Service '{definition.Name}' cannot listen in transports.{Name}.folder: {e.SocketErrorCode}. Check who may write there.");
            }
        }
    }

    private static PublishError AlreadyPublished(ServiceDefinition definition) =>
        new(PublishErrorKind.AlreadyPublished, $"The identity of service '{definition.Name}' is published already. Stop that service first, or use another identity.");

    // On all ports or on none.
    private ImmutableArray<EngineListener> Listen(SocketEngine engine, ServiceDefinition definition)
    {
        List<EngineListener> listeners = [];
        try
        {
            foreach (OverlayEndPoint endPoint in ((ITransport)this).EndPointsOf(definition))
            {
                listeners.Add(engine.Listen(new UnixDomainSocketEndPoint(Path.Join(_options.Folder, ((SampleClassEndPoint)endPoint).SocketName)), new EngineListenOptions()));
            }

            return [.. listeners];
        }
        catch
        {
            foreach (EngineListener listener in listeners)
            {
                _ = listener.DisposeAsync().AsTask();
            }

            throw;
        }
    }

    private void Forget(SampleClassService service)
    {
        lock (_gate)
        {
            _services.Remove(service);
            _published.Remove(service.Definition.Identity.Address);
        }
    }

    private async Task EndAsync()
    {
        SampleClassService[] services;
        lock (_gate)
        {
            services = [.. _services];
        }

        foreach (SampleClassService service in services)
        {
            await service.StopAsync();
        }
    }

    /// <summary>What the start made.</summary>
    private sealed record Running(SocketEngine Engine, TimeProvider Clock, byte[] NodeKey);
}
