namespace Klyntar.Overlay.Connections;

/// <summary>Told of bytes as a copy moves them, and of its end. Called by one thread at a time, perhaps an engine's own: it must not block.</summary>
internal interface ICopyProgress
{
    /// <summary>Bytes were received, and are on their way.</summary>
    void OnReceived(long bytes);

    /// <summary>Bytes were written.</summary>
    void OnCopied(long bytes);

    /// <summary>Bytes were received and written, at once: in the place of both calls.</summary>
    void OnForwarded(long bytes);

    /// <summary>The copy is over: the last call. It may come before the call that began the copy has returned.</summary>
    void OnEnded(CopyOutcome outcome);
}
