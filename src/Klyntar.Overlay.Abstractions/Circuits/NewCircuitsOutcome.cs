namespace Klyntar.Overlay;

/// <summary>What became of a wish for new circuits.</summary>
public enum NewCircuitsOutcome
{
    /// <summary>Dials from now on share no circuit with those before.</summary>
    Done,

    /// <summary>The overlay has no circuits of its dials' own, or its helper program cannot renew them.</summary>
    NotSupported,

    /// <summary>The transport is not ready: nothing was renewed.</summary>
    NotReady,

    /// <summary>The caller gave up.</summary>
    Cancelled,

    /// <summary>A bug: the transport threw. It is contained and logged.</summary>
    Internal,
}
