namespace Klyntar.Overlay.AspNetCore;

/// <summary>How an application dials overlays.</summary>
public sealed record OverlayDialOptions
{
    /// <summary>Which connections may share a circuit; null for a key of its own for each handler, factory, or client added with <see cref="OverlayHttpClientExtensions.UseOverlay"/>.</summary>
    public IsolationKey? Isolation { get; init; }

    /// <summary>How long a dial may take, the wait for the transport included; <see cref="Timeout.InfiniteTimeSpan"/> for as long as the caller waits.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromMinutes(2);
}
