namespace Klyntar.Overlay.Connections;

/// <summary>How to listen.</summary>
public sealed record EngineListenOptions
{
    /// <summary>How many connections the kernel may hold before they are accepted.</summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>The mode of a Unix socket's file; ignored for other end points. 0600 unless told.</summary>
    public UnixFileMode UnixMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;
}
