using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Nerdbank.Streams;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A tunnel over one stream of a connection that carries several.</summary>
/// <param name="channel">The stream.</param>
/// <param name="state">What is said of it on the wire.</param>
internal sealed class SharedStream(MultiplexingStream.Channel channel, SharedStreamState state) : ITunnelCarrier
{
    /// <inheritdoc/>
    public IDuplexPipe Pipe => channel;

    /// <summary>Whether the other side said that it was all: a channel that breaks ends like one that does not.</summary>
    public bool IsEndMeant => state.IsEnded;

    /// <inheritdoc/>
    public ValueTask EndAsync() => channel.Output.CompleteAsync();

    /// <inheritdoc/>
    public void Abort(ConnectionAbortedException reason)
    {
        state.IsAborted = true;
        channel.Dispose();
    }

    /// <summary>Reads no more. What was flushed is delivered, and the other side told that nobody reads.</summary>
    public ValueTask DisposeAsync() => channel.Input.CompleteAsync();
}
