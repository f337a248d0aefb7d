namespace Klyntar.Overlay;

/// <summary>The outcome of a wish for new circuits.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Message">A sentence for the operator: why it was not done, or what he should know although it was; null where there is nothing to say.</param>
public sealed record NewCircuitsResult(NewCircuitsOutcome Outcome, string? Message = null)
{
    /// <summary>Dials from now on share no circuit with those before.</summary>
    public static NewCircuitsResult Done { get; } = new(NewCircuitsOutcome.Done);

    /// <summary>The overlay has no circuits to renew.</summary>
    public static NewCircuitsResult NotSupported { get; } = new(NewCircuitsOutcome.NotSupported, "This overlay has no circuits that could be renewed.");

    /// <summary>Whether dials from now on share no circuit with those before.</summary>
    public bool IsDone => Outcome == NewCircuitsOutcome.Done;
}
