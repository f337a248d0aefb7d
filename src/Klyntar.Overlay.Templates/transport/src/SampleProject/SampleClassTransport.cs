using System.Collections.Immutable;
using System.Net.Sockets;
using System.Security.Cryptography;
using Klyntar.Overlay;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Identities;

namespace SampleNamespace;

/// <summary>The transport: made by its factory, started once, disposed once, and called from many threads at a time.</summary>
internal sealed class SampleClassTransport(SampleClassOptions options) : ITransport
{
    // The name of the gateway's own secret among the transport's keys.
    private const string NodeKeyName = "node";
    private const int NodeKeyLength = 32;

    private readonly StatusSource<TransportStatus> _status = new(TransportStatus.NotStarted);
    private readonly SampleClassIdentities _identities = new();
    private readonly CancellationTokenSource _life = new();
    private readonly Lock _gate = new();
    private readonly HashSet<string> _published = [];
    private readonly HashSet<SampleClassService> _services = [];

    // Given at the start, for which dials may wait; null once the transport has ended without one.
    private readonly TaskCompletionSource<Running?> _start = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _ending;

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
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(options.Folder);
            }
            else
            {
                Directory.CreateDirectory(options.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The folder {options.Folder} cannot be made: {e.Message} Choose another in transports.{Name}.folder.", e);
        }

        if (context.Keys.Read(NodeKeyName) is not { } nodeKey)
        {
            nodeKey = RandomNumberGenerator.GetBytes(NodeKeyLength);
            context.Keys.Create(NodeKeyName, nodeKey);
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ending is not null, this);

            // The clock is the context's, so that tests can turn it; the engine is the gateway's, so that its relay moves bytes without copying them through us.
            if (!_start.TrySetResult(new Running(context.Features.Get<SocketEngine>() ?? SocketEngine.Default, context.Clock, nodeKey)))
            {
                throw new InvalidOperationException("A transport is started once.");
            }

            _status.Set(TransportStatus.Ready);
        }

        return Task.CompletedTask;
    }

    /// <summary>Dials. Each failure that can be expected is a value of the one vocabulary, with a detail that holds no address.</summary>
    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.EndPoint is not SampleClassEndPoint endPoint)
        {
            return new DialError(DialErrorKind.NotAnOverlayName, Name);
        }

        CancellationToken life;
        lock (_gate)
        {
            if (_ending is not null)
            {
                return new DialError(DialErrorKind.TransportFailed, Name);
            }

            life = _life.Token;
        }

        // One deadline for all stages: no layer grants time anew.
        using CancellationTokenSource wait = request.Deadline.CreateLinkedSource(cancellationToken, life);
        EngineSocket? socket = null;
        try
        {
            wait.Token.ThrowIfCancellationRequested();
            if (await _start.Task.WaitAsync(wait.Token) is not { } running)
            {
                return new DialError(DialErrorKind.TransportFailed, Name);
            }

            socket = await running.Engine.ConnectAsync(new UnixDomainSocketEndPoint(Path.Join(options.Folder, endPoint.SocketName)), null, wait.Token);
            await Hello.SendAsync(socket, running.NodeKey, request.Isolation, wait.Token);
            var connection = new SocketConnection(socket);
            socket = null;
            return connection;
        }
        catch (OperationCanceledException)
        {
            return new DialError(
                cancellationToken.IsCancellationRequested ? DialErrorKind.Cancelled
                : life.IsCancellationRequested ? DialErrorKind.TransportFailed
                : _start.Task.IsCompleted ? DialErrorKind.TimedOut
                : DialErrorKind.TransportNotReady,
                Name);
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
    public async ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (cancellationToken.IsCancellationRequested)
        {
            return new PublishError(PublishErrorKind.Cancelled, $"The publication of service '{definition.Name}' was given up. Publish again.");
        }

        if (Refuse(definition) is { } refusal)
        {
            return refusal;
        }

        Running? running = _start.Task.IsCompleted ? await _start.Task : null;
        lock (_gate)
        {
            if (running is null || _ending is not null)
            {
                return new PublishError(PublishErrorKind.TransportFailed, $"The {Name} transport is not running. Start it first.");
            }

            if (!_published.Add(definition.Identity.Address))
            {
                return AlreadyPublished(definition);
            }

            try
            {
                var service = new SampleClassService(definition, ((ITransport)this).EndPointsOf(definition), Listen(running.Engine, definition), options.HelloTimeout, running.Clock, Forget);
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

    /// <summary>A hint before dials: here there is nothing that could be prepared.</summary>
    public ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Ends dials and services, and completes the status. May be called again, and before the start.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _ending ??= EndAsync();
        }

        return new ValueTask(_ending);
    }

    private static PublishError AlreadyPublished(ServiceDefinition definition) =>
        new(PublishErrorKind.AlreadyPublished, $"The identity of service '{definition.Name}' is published already. Stop that service first, or use another identity.");

    private PublishError? Refuse(ServiceDefinition definition)
    {
        if (!SampleClassIdentities.Owns(definition.Identity))
        {
            return new PublishError(PublishErrorKind.InvalidIdentity, $"The identity of service '{definition.Name}' is not one of {Name}. Make one with this transport.");
        }

        if (definition.Ports.IsDefaultOrEmpty || definition.Ports.Any(port => port is < 1 or > 65535) || definition.Ports.Distinct().Count() != definition.Ports.Length)
        {
            return new PublishError(PublishErrorKind.InvalidPorts, $"Service '{definition.Name}' needs ports from 1 to 65535, each once. Correct them.");
        }

        return definition.Options is null ? null : new PublishError(PublishErrorKind.InvalidOptions, $"Services have no options on {Name}. Remove those of service '{definition.Name}'.");
    }

    // On all ports or on none.
    private ImmutableArray<EngineListener> Listen(SocketEngine engine, ServiceDefinition definition)
    {
        List<EngineListener> listeners = [];
        try
        {
            foreach (OverlayEndPoint endPoint in ((ITransport)this).EndPointsOf(definition))
            {
                listeners.Add(engine.Listen(new UnixDomainSocketEndPoint(Path.Join(options.Folder, ((SampleClassEndPoint)endPoint).SocketName)), new EngineListenOptions()));
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
        // Off the caller's lock.
        await Task.Yield();
        await _life.CancelAsync();
        _start.TrySetResult(null);
        SampleClassService[] services;
        lock (_gate)
        {
            services = [.. _services];
        }

        foreach (SampleClassService service in services)
        {
            await service.StopAsync();
        }

        _status.Complete(TransportStatus.Stopped);
        _life.Dispose();
    }

    /// <summary>What the start gave.</summary>
    private sealed record Running(SocketEngine Engine, TimeProvider Clock, byte[] NodeKey);
}
