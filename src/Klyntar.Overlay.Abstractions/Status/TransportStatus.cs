namespace Klyntar.Overlay;

/// <summary>How a transport is.</summary>
public abstract record TransportStatus
{
    private protected TransportStatus()
    {
    }

    /// <summary>Created, and not started yet.</summary>
    public static TransportStatus NotStarted { get; } = new NotStartedStatus();

    /// <summary>Dials and publications go through.</summary>
    public static TransportStatus Ready { get; } = new ReadyStatus();

    /// <summary>Ended in good order.</summary>
    public static TransportStatus Stopped { get; } = new StoppedStatus();

    /// <summary>Whether dials and publications go through.</summary>
    public bool IsReady => this is ReadyStatus;

    /// <summary>Whether nothing will change without the operator: failed or stopped.</summary>
    public bool IsFinal => this is Failed or StoppedStatus;

    /// <summary>On the way to ready, for the first time.</summary>
    /// <param name="Progress">From 0 to 1.</param>
    /// <param name="What">What is being done, as a short phrase.</param>
    public sealed record Starting(double Progress, string What) : TransportStatus
    {
        /// <inheritdoc/>
        public override string ToString() => $"starting, {Progress:P0}: {What}";
    }

    /// <summary>Was ready and is not, or not wholly; it mends itself.</summary>
    /// <param name="Why">The cause and what is being done, as a sentence.</param>
    public sealed record Degraded(string Why) : TransportStatus
    {
        /// <inheritdoc/>
        public override string ToString() => $"degraded: {Why}";
    }

    /// <summary>Cannot go on without the operator.</summary>
    /// <param name="Why">The cause and the next step, as a sentence.</param>
    public sealed record Failed(string Why) : TransportStatus
    {
        /// <inheritdoc/>
        public override string ToString() => $"failed: {Why}";
    }

    private sealed record NotStartedStatus : TransportStatus
    {
        public override string ToString() => "not started";
    }

    private sealed record ReadyStatus : TransportStatus
    {
        public override string ToString() => "ready";
    }

    private sealed record StoppedStatus : TransportStatus
    {
        public override string ToString() => "stopped";
    }
}
