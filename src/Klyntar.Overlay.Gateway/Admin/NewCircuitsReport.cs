namespace Klyntar.Overlay.Gateway;

/// <summary>What became of the wish for new circuits on one transport.</summary>
/// <param name="Transport">The transport's name.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Message">As <see cref="NewCircuitsResult.Message"/>.</param>
public sealed record NewCircuitsReport(string Transport, NewCircuitsOutcome Outcome, string? Message);
