namespace Klyntar.Overlay.Connections;

/// <summary>How two connections are relayed.</summary>
public sealed record RelayOptions
{
    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether the first connection can be half-closed. Where false, a FIN towards it is held back.</summary>
    public bool FirstHalfCloses { get; init; } = true;

    /// <summary>Whether the second connection can be half-closed. Where false, a FIN towards it is held back.</summary>
    public bool SecondHalfCloses { get; init; } = true;

    /// <summary>
    /// How long the other direction may be silent while a FIN is held back. Then the FIN is passed on, which ends both
    /// directions. <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.
    /// </summary>
    public TimeSpan FinHoldBack { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long nothing may move before the relay is ended; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</summary>
    public TimeSpan IdleLimit { get; init; } = Timeout.InfiniteTimeSpan;
}
