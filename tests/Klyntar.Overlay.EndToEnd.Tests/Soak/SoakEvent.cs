namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>One thing that is done to a tor.</summary>
/// <param name="Kind">What.</param>
/// <param name="After">How long after tor was ready.</param>
/// <param name="Into">How far into the start-up of the next one, where it is about that.</param>
/// <param name="For">How long it hangs, where it does for a while.</param>
internal sealed record SoakEvent(SoakEventKind Kind, TimeSpan After, TimeSpan Into, TimeSpan For);
