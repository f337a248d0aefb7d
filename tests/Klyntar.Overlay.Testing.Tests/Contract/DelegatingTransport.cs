using System.Collections.Immutable;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Testing.Tests;

/// <summary>A transport that passes everything on, for variants that break one promise each.</summary>
internal class DelegatingTransport(ITransport inner) : ITransport
{
    protected ITransport Inner { get; } = inner;

    public virtual string Name => Inner.Name;

    public virtual TransportCapabilities Capabilities => Inner.Capabilities;

    public virtual ImmutableArray<string> Suffixes => Inner.Suffixes;

    public virtual IStatus<TransportStatus> Status => Inner.Status;

    public virtual IIdentityFormat? Identities => Inner.Identities;

    public virtual IClientKeys? ClientKeys => Inner.ClientKeys;

    public InMemoryTransport InMemory => Inner as InMemoryTransport ?? ((DelegatingTransport)Inner).InMemory;

    public virtual ParsedHost Parse(string host, int port) => Inner.Parse(host, port);

    public virtual ParsedHost Parse(string host, int port, string query) => Inner.Parse(host, port, query);

    public virtual Task StartAsync(ITransportContext context, CancellationToken cancellationToken) => Inner.StartAsync(context, cancellationToken);

    public virtual ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken) => Inner.DialAsync(request, cancellationToken);

    public virtual ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken) => Inner.PublishAsync(definition, cancellationToken);

    public virtual ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken) =>
        Inner.WarmAsync(endPoints, isolation, cancellationToken);

    public virtual ValueTask<NewCircuitsResult> NewCircuitsAsync(CancellationToken cancellationToken) => Inner.NewCircuitsAsync(cancellationToken);

    public virtual ValueTask DisposeAsync() => Inner.DisposeAsync();
}

/// <summary>A service that passes everything on.</summary>
internal class DelegatingService(IPublishedService inner) : IPublishedService
{
    protected IPublishedService Inner { get; } = inner;

    public virtual ServiceDefinition Definition => Inner.Definition;

    public virtual ImmutableArray<OverlayEndPoint> EndPoints => Inner.EndPoints;

    public virtual IStatus<ServiceStatus> Status => Inner.Status;

    public virtual ValueTask<Visitor?> AcceptAsync(CancellationToken cancellationToken = default) => Inner.AcceptAsync(cancellationToken);

    public virtual ValueTask<bool> ExpelAsync(string identity, CancellationToken cancellationToken = default) => Inner.ExpelAsync(identity, cancellationToken);

    public virtual ValueTask StopAsync(CancellationToken cancellationToken = default) => Inner.StopAsync(cancellationToken);

    public virtual ValueTask DisposeAsync() => Inner.DisposeAsync();
}

/// <summary>Identities that pass everything on.</summary>
internal class DelegatingIdentities(IIdentityFormat inner) : IIdentityFormat
{
    public virtual ImmutableArray<string> Formats => inner.Formats;

    public virtual ImmutableArray<string> FormatsOf(Identity identity) => inner.FormatsOf(identity);

    public virtual Identity Create() => inner.Create();

    public virtual IdentityImport Import(ReadOnlySpan<byte> data) => inner.Import(data);

    public virtual byte[] Export(Identity identity, string format) => inner.Export(identity, format);
}
