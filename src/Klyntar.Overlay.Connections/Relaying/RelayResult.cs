namespace Klyntar.Overlay.Connections;

/// <summary>What a relay did, and how it ended.</summary>
/// <param name="BytesForward">Bytes written from the first connection to the second.</param>
/// <param name="BytesBack">Bytes written from the second connection to the first.</param>
/// <param name="EndedBy">Who ended it first.</param>
/// <param name="Cause">How it was ended. The first cause is kept.</param>
/// <param name="Exception">What the failing side threw, where something failed.</param>
public readonly record struct RelayResult(long BytesForward, long BytesBack, RelaySide EndedBy, RelayEndCause Cause, Exception? Exception);

/// <summary>A party to a relay.</summary>
public enum RelaySide
{
    /// <summary>The first connection.</summary>
    First,

    /// <summary>The second connection.</summary>
    Second,

    /// <summary>The gateway itself.</summary>
    Gateway,
}

/// <summary>How a relay was ended.</summary>
public enum RelayEndCause
{
    /// <summary>In good order: a side ended its direction and the other followed.</summary>
    Finished,

    /// <summary>A side was reset (RST).</summary>
    Reset,

    /// <summary>A side failed otherwise.</summary>
    Failed,

    /// <summary>Nothing moved for the idle limit.</summary>
    Idle,

    /// <summary>The wait for the other direction, after a held-back FIN, was over.</summary>
    HoldBackOver,

    /// <summary>The gateway was told to stop.</summary>
    Stopped,
}
