namespace Klyntar.Overlay.Testing;

/// <summary>How an in-memory overlay misbehaves towards dials and publications from now on. Connections keep what held when they were made.</summary>
public sealed record InMemoryFaults
{
    /// <summary>An overlay without faults.</summary>
    public static InMemoryFaults None { get; } = new();

    /// <summary>How long a dial takes, on the dialling transport's clock.</summary>
    public TimeSpan DialLatency { get; init; }

    /// <summary>How long each piece of a stream is under way, in both directions, on the dialling transport's clock.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>What every dial fails with, or null.</summary>
    public DialErrorKind? Refusal { get; init; }

    /// <summary>Dials are never answered: they end with their deadline or the caller's patience.</summary>
    public bool NeverAnswers { get; init; }

    /// <summary>The dialler gets a connection of which the service never hears: its bytes vanish and nothing comes back.</summary>
    public bool HalfOpen { get; init; }

    /// <summary>Publications wait to be confirmed until this is false again.</summary>
    public bool StalledPublish { get; init; }

    /// <summary>What happens to the bytes from the dialler to the visitor's side, or null.</summary>
    public StreamFault? FromDialler { get; init; }

    /// <summary>What happens to the bytes from the visitor's side to the dialler, or null.</summary>
    public StreamFault? ToDialler { get; init; }
}

/// <summary>A fault of one direction of a stream.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="AfterBytes">After exactly how many bytes have been delivered; 0 before the first.</param>
public sealed record StreamFault(StreamFaultKind Kind, long AfterBytes);

/// <summary>What a fault does to a stream.</summary>
public enum StreamFaultKind
{
    /// <summary>The direction ends as if in good order; the rest is lost.</summary>
    Truncate,

    /// <summary>The connection breaks, in both directions.</summary>
    Reset,

    /// <summary>Nothing moves any more, and nothing says so.</summary>
    Stall,
}
