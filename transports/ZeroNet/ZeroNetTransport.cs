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
    private readonly TransportLife<ZeroNetNode> _life;
    private Task _running = Task.CompletedTask;

    public ZeroNetTransport(ZeroNetOptions options)
    {
        _options = options;
        _life = new TransportLife<ZeroNetNode>(Name, _status.Complete);
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

    public ImmutableArray<string> Notes => _life.Current?.Notes ?? [];

    public IIdentityFormat Identities => ZeroNetIdentityFormat.Instance;

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
        return _life.StartAsync(_ => Task.FromResult(Begin(context)), cancellationToken);
    }

    public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.EndPoint is not ZeroNetEndPoint)
        {
            return new DialError(DialErrorKind.NotAnOverlayName, Name);
        }

        return await _life.WaitAsync(request, cancellationToken) is { } node
            ? await node.Dialler.DialAsync(request, cancellationToken)
            : _life.Refuse(cancellationToken);
    }

    public ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return ValueTask.FromResult(_life.Current is { } node && !cancellationToken.IsCancellationRequested
            ? node.Publisher.Publish(definition)
            : _life.Refuse(definition, cancellationToken));
    }

    // Finding the end points takes longest, and they are kept.
    public async ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endPoints);
        if (_life.Current is { } node)
        {
            await node.Dialler.WarmAsync([.. endPoints.OfType<ZeroNetEndPoint>()], isolation, cancellationToken);
        }
    }

    public ValueTask<NewCircuitsResult> NewCircuitsAsync(CancellationToken cancellationToken)
    {
        if (_life.Current is not { } node)
        {
            return ValueTask.FromResult(new NewCircuitsResult(NewCircuitsOutcome.NotReady, "ZeroNet is not ready. Ask again when 'klyntar-overlay status' says that it is."));
        }

        node.Dialler.LeaveAll();
        return ValueTask.FromResult(NewCircuitsResult.Done);
    }

    public ValueTask DisposeAsync() => new(_life.EndAsync(() => _running));

    private ZeroNetNode Begin(ITransportContext context)
    {
        ILogger logger = context.Loggers.CreateLogger("Klyntar.Overlay.Transports.ZeroNet");
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
        _running = RunAsync(node, logger);
        return node;
    }

    private async Task RunAsync(ZeroNetNode node, ILogger logger)
    {
        await _life.RunAsync(node.RunAsync, logger);
        await node.DisposeAsync();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "ZeroNet runs over the ordinary network: trackers and peers see this machine's address, and which sites it has and asks for. To hide that, let it run over an overlay, such as by --on tor,zeronet.")]
    private static partial void LogClearnet(ILogger logger);
}
