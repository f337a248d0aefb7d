namespace Klyntar.Overlay.Connections;

/// <summary>How a one-way copy ended.</summary>
internal readonly record struct CopyOutcome(CopyEnd End, Exception? Cause)
{
    /// <summary>The source ended its direction in good order.</summary>
    public static CopyOutcome Fin => new(CopyEnd.SourceEnded, null);

    /// <summary>The copy was stopped from this side.</summary>
    public static CopyOutcome Stopped => new(CopyEnd.Stopped, null);
}

/// <summary>Which side ended a one-way copy.</summary>
internal enum CopyEnd
{
    /// <summary>The source ended its direction in good order; all its bytes are written.</summary>
    SourceEnded,

    /// <summary>The destination takes no more bytes, and said so in good order. A socket cannot; a pipe can.</summary>
    DestinationEnded,

    /// <summary>The source was reset or failed.</summary>
    SourceFailed,

    /// <summary>The destination was reset or failed.</summary>
    DestinationFailed,

    /// <summary>One of the two was aborted or disposed here.</summary>
    Stopped,
}
