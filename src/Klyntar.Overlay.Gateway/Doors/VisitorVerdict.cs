namespace Klyntar.Overlay.Gateway;

/// <summary>What becomes of a visitor's connection.</summary>
internal enum VisitorVerdict
{
    /// <summary>It is within the limits, and counted until it leaves.</summary>
    Admitted,

    /// <summary>It is one too many.</summary>
    TurnedAway,

    /// <summary>It is one too many, and the visitor has had its chances.</summary>
    Expelled,
}
