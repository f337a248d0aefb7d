namespace Klyntar.Overlay.Connections;

/// <summary>Reads an option of a socket, after getsockopt(2).</summary>
/// <returns>How many bytes were written to the value.</returns>
internal delegate int SocketOptionReader(int level, int name, Span<byte> value);
