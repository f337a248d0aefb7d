namespace Klyntar.Overlay.Connections;

/// <summary>Told of bytes as a copy moves them. Called by one thread at a time, perhaps an engine's own: it must not block.</summary>
internal interface ICopyProgress
{
    /// <summary>Bytes were received, and are on their way.</summary>
    void OnReceived(long bytes);

    /// <summary>Bytes were written.</summary>
    void OnCopied(long bytes);
}
