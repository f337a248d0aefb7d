using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Klyntar.Overlay.Identities;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Dials and publishes ZeroNet sites: a native peer of the network, whose tunnels run between gateways.</summary>
internal sealed partial class ZeroNetTransport : ITransport
{
    private readonly ZeroNetOptions _options;
    private readonly StatusSource<TransportStatus> _status = new(TransportStatus.NotStarted);
    private readonly CancellationTokenSource _life = new();
    private readonly Lock _stateLock = new();

    // The clock and the engine come with the start; dials may wait for it.
    private readonly TaskCompletionSource<ZeroNetNode?> _node = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _starting = Task.CompletedTask;
    private Task _running = Task.CompletedTask;
    private Task? _ending;
    private bool _isStarted;

    public ZeroNetTransport(ZeroNetOptions options)
    {
        _options = options;
        bool isOverlaid = options.Over.Count > 0;
        Capabilities = new TransportCapabilities
        {
            HalfClose = true,

            // Several streams of one connection end in good order or not at all.
            Reset = !isOverlaid,
            Isolation = isOverlaid,
            SharedAddress = true,
            VisitorIdentity = true,
            DialAs = true,
            Publish = true,
        };
    }

    public string Name => ZeroNetAddress.OverlayName;

    public TransportCapabilities Capabilities { get; }

    public IStatus<TransportStatus> Status => _status;

    public ImmutableArray<string> Notes => Node?.Notes ?? [];

    public IIdentityFormat Identities => ZeroNetIdentityFormat.Instance;

    private ZeroNetNode? Node => _node.Task is { IsCompletedSuccessfully: true, Result: { } node } ? node : null;

    public ImmutableArray<string> Suffixes => [ZeroNetHost.Suffix];

    public ParsedHost Parse(string host, int port) => ZeroNetEndPoint.Parse(host, port);

    public ParsedHost Parse(string host, int port, string query) => ZeroNetEndPoint.Parse(host, port, query);

    public ImmutableArray<OverlayEndPoint> EndPointsOf(ServiceDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return ZeroNetEndPoint.AllOf(definition);
    }

    public Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        lock (_stateLock)
        {
            ObjectDisposedException.ThrowIf(_ending is not null, this);
            if (_isStarted)
            {
                throw new InvalidOperationException("A transport is started once.");
            }

            _isStarted = true;
            return _starting = BeginAsync(context, cancellationToken);
        }
    }

    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.EndPoint is not ZeroNetEndPoint)
        {
            return new DialError(DialErrorKind.NotAnOverlayName, Name);
        }

        if (!_node.Task.IsCompleted)
        {
            using CancellationTokenSource whole = request.Deadline.CreateLinkedSource(cancellationToken);
            await ((Task)_node.Task.WaitAsync(whole.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_node.Task.IsCompleted)
            {
                return new DialError(cancellationToken.IsCancellationRequested ? DialErrorKind.Cancelled : DialErrorKind.TransportNotReady, Name);
            }
        }

        return await _node.Task is { } node && !_life.IsCancellationRequested
            ? await node.Dialler.DialAsync(request, cancellationToken)
            : new DialError(DialErrorKind.TransportFailed, Name);
    }

    public ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromResult<PublishResult>(new PublishError(PublishErrorKind.Cancelled, $"The publication of service {definition.Name} was given up."));
        }

        return ValueTask.FromResult(Node?.Publisher.Publish(definition) ?? ZeroNetPublisher.TransportStopped);
    }

    // Finding the end points takes longest, and they are kept.
    public async ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endPoints);
        if (Node is { } node)
        {
            await node.Dialler.WarmAsync([.. endPoints.OfType<ZeroNetEndPoint>()], isolation, cancellationToken);
        }
    }

    public ValueTask<NewCircuitsResult> NewCircuitsAsync(CancellationToken cancellationToken)
    {
        if (Node is not { } node)
        {
            return ValueTask.FromResult(new NewCircuitsResult(NewCircuitsOutcome.NotReady, "ZeroNet is not ready. Ask again when 'klyntar-overlay status' says that it is."));
        }

        node.Dialler.LeaveAll();
        return ValueTask.FromResult(NewCircuitsResult.Done);
    }

    public ValueTask DisposeAsync()
    {
        lock (_stateLock)
        {
            return new ValueTask(_ending ??= EndAsync());
        }
    }

    private async Task BeginAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        // Off the caller's lock.
        await Task.Yield();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _life.Token);
        ILogger logger = context.Loggers.CreateLogger("Klyntar.Overlay.Transports.ZeroNet");
        try
        {
            either.Token.ThrowIfCancellationRequested();
            if (_options.Validate(new ValidationContext(_options)).FirstOrDefault() is { } problem)
            {
                throw new OverlayException($"The configuration of the ZeroNet transport is not valid. {string.Join(", ", problem.MemberNames)}: {problem.ErrorMessage}");
            }

            // A network for trying shows nothing to anybody.
            if (_options.Clearnet && !_options.AllowPrivate)
            {
                LogClearnet(logger);
            }

            _status.Set(new TransportStatus.Starting(0, "opening the peer port"));
            var node = ZeroNetNode.Create(_options, context, _status, logger);
            _node.TrySetResult(node);
            _running = RunAsync(node, logger);
        }
        catch (Exception e)
        {
            _node.TrySetResult(null);
            _status.Complete(e is OperationCanceledException
                ? TransportStatus.Stopped
                : new TransportStatus.Failed(e is OverlayException ? e.Message : "ZeroNet could not be started; the log says why."));
            throw;
        }
    }

    private async Task RunAsync(ZeroNetNode node, ILogger logger)
    {
        try
        {
            await node.RunAsync(_life.Token);
        }
        catch (OperationCanceledException) when (_life.IsCancellationRequested)
        {
            // It ends.
        }
        catch (OverlayException e)
        {
            LogStopped(logger, e.Message);
            _status.Complete(new TransportStatus.Failed(e.Message));
        }
#pragma warning disable CA1031 // A bug, contained: the transport is failed, the gateway goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(logger, e);
            _status.Complete(new TransportStatus.Failed("The ZeroNet transport failed in a way it should not; the log has the details. Restart the gateway, and please report it."));
        }

        await node.DisposeAsync();
    }

    private async Task EndAsync()
    {
        // Off the caller's lock.
        await Task.Yield();
        _node.TrySetResult(null);
        await _life.CancelAsync();
        await _starting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _running;
        _status.Complete(TransportStatus.Stopped);
        _life.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "ZeroNet runs over the ordinary network: trackers and peers see this machine's address, and which sites it has and asks for. To hide that, let it run over an overlay, such as by --on tor,zeronet.")]
    private static partial void LogClearnet(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "ZeroNet has stopped: {Why}")]
    private static partial void LogStopped(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The ZeroNet transport failed in a way it should not.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
