using System.Collections.Concurrent;
using System.Collections.Immutable;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>A transport that behaves as another, except where a test says otherwise, and remembers what it was asked.</summary>
internal sealed class ScriptedTransport(ITransport inner) : ITransport
{
    /// <summary>What was dialled, in order.</summary>
    public ConcurrentQueue<DialRequest> Dialled { get; } = [];

    public ITransport Inner => inner;

    public ITransportContext? Context { get; private set; }

    public Func<DialRequest, CancellationToken, ValueTask<DialResult>>? OnDial { get; set; }

    public Func<ServiceDefinition, CancellationToken, ValueTask<PublishResult>>? OnPublish { get; set; }

    public Func<CancellationToken, Task>? OnStart { get; set; }

    public Func<string, int, ParsedHost>? OnParse { get; set; }

    public Func<string, int, string, ParsedHost>? OnQuery { get; set; }

    public Func<ValueTask>? OnDispose { get; set; }

    public Func<ImmutableArray<string>>? OnNotes { get; set; }

    public Func<CancellationToken, ValueTask<NewCircuitsResult>>? OnNewCircuits { get; set; }

    public string Name => inner.Name;

    public TransportCapabilities Capabilities => inner.Capabilities;

    public bool NeverBlocks { get; init; }

    public IStatus<TransportStatus> Status { get; set; } = inner.Status;

    public IIdentityFormat? Identities => inner.Identities;

    public ImmutableArray<string> Notes => OnNotes?.Invoke() ?? inner.Notes;

    public Func<ImmutableArray<string>>? OnSuffixes { get; set; }

    public ImmutableArray<string> Suffixes => OnSuffixes?.Invoke() ?? inner.Suffixes;

    public ParsedHost Parse(string host, int port) => OnParse?.Invoke(host, port) ?? inner.Parse(host, port);

    public ParsedHost Parse(string host, int port, string query) => OnQuery?.Invoke(host, port, query) ?? inner.Parse(host, port, query);

    public async Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
    {
        Context = context;
        if (OnStart is not null)
        {
            await OnStart(cancellationToken);
        }

        await inner.StartAsync(context, cancellationToken);
    }

    public ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
    {
        Dialled.Enqueue(request);
        return OnDial?.Invoke(request, cancellationToken) ?? inner.DialAsync(request, cancellationToken);
    }

    public ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken) =>
        OnPublish?.Invoke(definition, cancellationToken) ?? inner.PublishAsync(definition, cancellationToken);

    public ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken) =>
        inner.WarmAsync(endPoints, isolation, cancellationToken);

    public ValueTask<NewCircuitsResult> NewCircuitsAsync(CancellationToken cancellationToken) =>
        OnNewCircuits?.Invoke(cancellationToken) ?? inner.NewCircuitsAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (OnDispose is not null)
        {
            await OnDispose();
        }

        await inner.DisposeAsync();
    }
}
