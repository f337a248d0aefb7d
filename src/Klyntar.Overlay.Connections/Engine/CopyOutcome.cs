namespace Klyntar.Overlay.Connections;

/// <summary>How a one-way copy ended.</summary>
internal readonly record struct CopyOutcome(CopyEnd End, Exception? Cause)
{
    public static CopyOutcome Fin => new(CopyEnd.SourceEnded, null);
}

/// <summary>Which side ended a one-way copy.</summary>
internal enum CopyEnd
{
    /// <summary>The source ended its direction in good order; all its bytes are written.</summary>
    SourceEnded,

    /// <summary>The source was reset or failed.</summary>
    SourceFailed,

    /// <summary>The destination was reset or failed.</summary>
    DestinationFailed,

    /// <summary>The copy was stopped.</summary>
    Cancelled,
}

/// <summary>Told of bytes as a copy writes them.</summary>
internal interface ICopyProgress
{
    void OnCopied(long bytes);
}
