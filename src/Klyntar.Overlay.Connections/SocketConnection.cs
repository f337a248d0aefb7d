using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Klyntar.Overlay.Connections;

/// <summary>A connection over an engine's socket. Completing <c>Transport.Output</c> sends FIN, <c>Transport.Input</c> completes at the peer's FIN, aborting sends RST.</summary>
public sealed class SocketConnection : ConnectionContext
{
    /// <summary>Makes a connection, which owns the socket.</summary>
    /// <param name="socket">A connected socket.</param>
    /// <param name="alreadyRead">Bytes that were received already and come first.</param>
    public SocketConnection(EngineSocket socket, ReadOnlyMemory<byte> alreadyRead = default)
    {
        _ = socket;
        _ = alreadyRead;
        throw new NotImplementedException();
    }

    /// <inheritdoc/>
    public override IDuplexPipe Transport { get => throw new NotImplementedException(); set => throw new NotImplementedException(); }

    /// <inheritdoc/>
    public override string ConnectionId { get => throw new NotImplementedException(); set => throw new NotImplementedException(); }

    /// <inheritdoc/>
    public override IFeatureCollection Features => throw new NotImplementedException();

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items { get => throw new NotImplementedException(); set => throw new NotImplementedException(); }
}
