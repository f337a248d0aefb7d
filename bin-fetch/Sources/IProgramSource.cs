namespace Klyntar.Overlay.BinFetch;

/// <summary>One place that programs come from. The sources are asked in order, and the first that has the program gives it.</summary>
internal interface IProgramSource
{
    /// <summary>The program, or why this source does not have it.</summary>
    ValueTask<Found> FindAsync(string name, CancellationToken cancellationToken);
}

/// <summary>A source's answer: the program, or why not, as a phrase such as "not on PATH"; neither where the source is not in use.</summary>
internal readonly record struct Found(HelperProgram? Program, string? WhyNot)
{
    public static Found Silent => default;

    public static Found At(HelperProgram program) => new(program, null);

    public static Found Nowhere(string whyNot) => new(null, whyNot);
}
