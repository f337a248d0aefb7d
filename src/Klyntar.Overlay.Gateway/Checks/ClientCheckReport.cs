namespace Klyntar.Overlay.Gateway;

/// <summary>What a check of a program tells: first the name, and in the end whether the program came for it.</summary>
/// <param name="Name">The name that only this gateway's doors know, for as long as the check lasts.</param>
/// <param name="IsOver">Whether the program came, or the time is over.</param>
/// <param name="Arrival">How it came; null where it has not.</param>
public sealed record ClientCheckReport(string Name, bool IsOver = false, ClientArrival? Arrival = null);
