namespace Klyntar.Overlay.Connections;

/// <summary>How two connections are relayed. One instance serves any number of relays.</summary>
public sealed record RelayOptions
{
    private readonly TimeSpan _finHoldBack = TimeSpan.FromSeconds(60);
    private readonly TimeSpan _idleLimit = Timeout.InfiniteTimeSpan;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether the first connection can be half-closed. Where false, a FIN towards it is held back.</summary>
    public bool FirstHalfCloses { get; init; } = true;

    /// <summary>Whether the second connection can be half-closed. Where false, a FIN towards it is held back.</summary>
    public bool SecondHalfCloses { get; init; } = true;

    /// <summary>
    /// How long the other direction may be silent while a FIN is held back: since the FIN, or its last byte if that is later. A
    /// direction whose receiver is slow to take its bytes is not silent. Then the FIN is passed on, which ends both directions.
    /// <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.
    /// </summary>
    public TimeSpan FinHoldBack { get => _finHoldBack; init => _finHoldBack = Checked(value, nameof(FinHoldBack)); }

    /// <summary>How long nothing may move before the relay is ended; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</summary>
    public TimeSpan IdleLimit { get => _idleLimit; init => _idleLimit = Checked(value, nameof(IdleLimit)); }

    /// <summary>Figures to add to while relaying, or null.</summary>
    public RelayCounters? Counters { get; init; }

    private static TimeSpan Checked(TimeSpan value, string name) => value >= TimeSpan.Zero || value == Timeout.InfiniteTimeSpan
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "A duration cannot be negative; Timeout.InfiniteTimeSpan means for ever.");
}
