namespace Klyntar.Overlay.Testing;

/// <summary>How long the contract's tests wait and how much they move. Slow overlays raise the first and lower the others.</summary>
public sealed record ContractLimits
{
    /// <summary>The longest that anything may take: connecting, publishing, ending. Generous: a test that passes never waits so long.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long nothing must happen before a writer counts as held up by back-pressure.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How many streams are open at once.</summary>
    public int Streams { get; init; } = 32;

    /// <summary>How many bytes each of many streams carries, each way.</summary>
    public int BytesPerStream { get; init; } = 64 * 1024;

    /// <summary>How many bytes a single stream carries, each way.</summary>
    public int BytesOfLongStream { get; init; } = 4 * 1024 * 1024;

    /// <summary>What may be under way towards a side that does not read, in buffers of this process, helpers, kernels and the overlay. More is unbounded.</summary>
    public int MaxBytesInFlight { get; init; } = 64 * 1024 * 1024;

    /// <summary>How many random strings and byte sequences the parsers are given.</summary>
    public int RandomInputs { get; init; } = 2_000;
}
