namespace Klyntar.Overlay.Testing;

/// <summary>What an in-memory overlay is like.</summary>
public sealed record InMemoryOptions
{
    /// <summary>The name of its transports; lower case letters and digits.</summary>
    public string Name { get; init; } = "memory";

    /// <summary>The end of its addresses, with the dot, in lower case.</summary>
    public string Suffix { get; init; } = ".mem";

    /// <summary>What its transports declare, and the overlay carries exactly. Everything, unless told.</summary>
    public TransportCapabilities Capabilities { get; init; } = new()
    {
        HalfClose = true,
        Reset = true,
        Isolation = true,
        SharedAddress = true,
        VisitorIdentity = true,
        DialAs = true,
        Publish = true,
    };

    /// <summary>How many bytes each of the two buffers of a direction holds before the writer waits.</summary>
    public int Window { get; init; } = 64 * 1024;

    /// <summary>How many visitors a service holds that nobody has accepted; the dials of more wait.</summary>
    public int Backlog { get; init; } = 128;

    /// <summary>How long a transport takes from start to ready, on its context's clock.</summary>
    public TimeSpan StartTime { get; init; }

    /// <summary>How long a publication takes until it is confirmed, on the publishing transport's clock.</summary>
    public TimeSpan PublishTime { get; init; }
}
