using System.Net.Sockets;

namespace Klyntar.Overlay.Connections;

/// <summary>How to listen.</summary>
public sealed record EngineListenOptions
{
    /// <summary>How many connections the kernel may hold before they are accepted.</summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>The mode of a Unix socket's file, whatever the umask; ignored for other end points. 0600 unless told.</summary>
    public UnixFileMode UnixMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Whether accepting, and the operations of the sockets it gives, resume on the engine's loop: see <see cref="EngineSocket.ResumesOnLoop"/>.</summary>
    public bool ResumesOnLoop { get; init; }

    /// <summary>
    /// Told each time accepting pauses: few descriptors are left (<see cref="SocketError.TooManyOpenSockets"/>; the last are kept free
    /// for what is being served), or the system refuses otherwise. Connections wait in the backlog meanwhile. For a log; it must not block.
    /// </summary>
    public Action<SocketException>? Paused { get; init; }
}
