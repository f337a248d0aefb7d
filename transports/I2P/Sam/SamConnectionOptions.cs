namespace Klyntar.Overlay.Transports.I2P;

/// <summary>How to speak to a bridge.</summary>
internal sealed record SamConnectionOptions
{
    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Caps on what it sends.</summary>
    public SamLimits Limits { get; init; } = SamLimits.Default;

    /// <summary>What it asks for, or null for nothing.</summary>
    public SamCredentials? Credentials { get; init; }

    /// <summary>How long an answer may take, unless told otherwise.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);
}
