using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Klyntar.Overlay.Testing;

/// <summary>One end of an in-memory link.</summary>
internal sealed class InMemoryConnection : ConnectionContext, IInMemoryPathFeature
{
    private readonly InMemoryLink _link;
    private readonly LinkSide _side;

    public InMemoryConnection(InMemoryLink link, LinkSide side, int path, IDuplexPipe transport)
    {
        _link = link;
        _side = side;
        Path = path;
        Transport = transport;
        ConnectionId = $"mem-{link.Number}-{side}";
        ConnectionClosed = link.Closed;
        Features.Set<IInMemoryPathFeature>(this);
    }

    public int Path { get; }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override void Abort(ConnectionAbortedException abortReason) => _link.Abort(_side);

    public override async ValueTask DisposeAsync()
    {
        await Transport.Output.CompleteAsync().ConfigureAwait(false);
        await Transport.Input.CompleteAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
