namespace Klyntar.Overlay.Transports.Tor;

/// <summary>The bounds of a control connection.</summary>
internal sealed record ControlConnectionOptions
{
    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How long the answer to one command may take before the connection is given up. Tor answers at once, unless it is busy or hangs.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much one message may hold.</summary>
    public ControlLimits Limits { get; init; } = ControlLimits.Default;

    /// <summary>How many bytes of events, and overhead, may wait to be read. Beyond it the connection is given up: a lost event would leave a wrong picture.</summary>
    public int EventBacklog { get; init; } = 4 * 1024 * 1024;

    /// <summary>How many commands may wait for their turn.</summary>
    public int CommandBacklog { get; init; } = 1_024;
}
