using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What a tunnel's bytes run over: a whole connection between two gateways, or one stream of a connection that carries several.</summary>
internal interface ITunnelCarrier : IAsyncDisposable
{
    /// <summary>The bytes of both directions. Completing the reader tells nobody; completing the writer only gives its memory back.</summary>
    IDuplexPipe Pipe { get; }

    /// <summary>Whether an end that was read is one that the other side meant.</summary>
    bool IsEndMeant { get; }

    /// <summary>Ends this side's direction in good order, after all that was flushed.</summary>
    ValueTask EndAsync();

    /// <summary>Drops both directions at once; reads and writes under way fail or complete.</summary>
    void Abort(ConnectionAbortedException reason);
}
