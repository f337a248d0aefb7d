using System.Diagnostics.CodeAnalysis;

namespace Klyntar.Overlay.Connections;

/// <summary>A connection's underlying socket, for the relay's fast path.</summary>
public interface IEngineSocketFeature
{
    /// <summary>Takes the socket over, with the bytes already received. Possible once, before <c>Transport</c> is used; the connection is then empty, and the taker closes the socket.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="alreadyRead">Received already; they come first.</param>
    bool TryTake([NotNullWhen(true)] out EngineSocket? socket, out ReadOnlyMemory<byte> alreadyRead);
}
