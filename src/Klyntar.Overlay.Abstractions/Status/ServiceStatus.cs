namespace Klyntar.Overlay;

/// <summary>How a published service is.</summary>
public abstract record ServiceStatus
{
    private protected ServiceStatus()
    {
    }

    /// <summary>The overlay has confirmed the publication: visitors can reach the service.</summary>
    public static ServiceStatus Published { get; } = new PublishedStatus();

    /// <summary>Withdrawn in good order.</summary>
    public static ServiceStatus Stopped { get; } = new StoppedStatus();

    /// <summary>Whether the overlay has confirmed the publication.</summary>
    public bool IsPublished => this is PublishedStatus;

    /// <summary>Whether nothing will change any more: failed or stopped.</summary>
    public bool IsFinal => this is Failed or StoppedStatus;

    /// <summary>On the way: visitors may not reach the service yet.</summary>
    /// <param name="What">What is awaited, as a short phrase.</param>
    public sealed record Publishing(string What) : ServiceStatus
    {
        /// <inheritdoc/>
        public override string ToString() => $"publishing: {What}";
    }

    /// <summary>Was published and may not be reachable; it comes back by itself, under the same address.</summary>
    /// <param name="Why">The cause, as a sentence.</param>
    public sealed record Degraded(string Why) : ServiceStatus
    {
        /// <inheritdoc/>
        public override string ToString() => $"degraded: {Why}";
    }

    /// <summary>Cannot be published without the operator.</summary>
    /// <param name="Why">The cause and the next step, as a sentence.</param>
    public sealed record Failed(string Why) : ServiceStatus
    {
        /// <inheritdoc/>
        public override string ToString() => $"failed: {Why}";
    }

    private sealed record PublishedStatus : ServiceStatus
    {
        public override string ToString() => "published";
    }

    private sealed record StoppedStatus : ServiceStatus
    {
        public override string ToString() => "stopped";
    }
}
