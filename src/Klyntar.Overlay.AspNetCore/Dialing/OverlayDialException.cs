namespace Klyntar.Overlay.AspNetCore;

/// <summary>A dial failed, where the caller's contract knows failures as exceptions only.</summary>
/// <param name="error">Why.</param>
public sealed class OverlayDialException(DialError error) : IOException((error ?? throw new ArgumentNullException(nameof(error))).ToString())
{
    /// <summary>Why, from the one vocabulary.</summary>
    public DialError Error { get; } = error;
}
