using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Nerdbank.Streams;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A tunnel over one stream of a connection that carries several.</summary>
internal sealed class SharedStream(MultiplexingStream.Channel channel) : ITunnelCarrier
{
    /// <inheritdoc/>
    public IDuplexPipe Pipe => channel;

    /// <inheritdoc/>
    public ValueTask EndAsync() => channel.Output.CompleteAsync();

    /// <inheritdoc/>
    public void Abort(ConnectionAbortedException reason) => channel.Dispose();

    /// <summary>Reads no more. What was flushed is delivered, and the other side told that nobody reads.</summary>
    public ValueTask DisposeAsync() => channel.Input.CompleteAsync();
}
