namespace Klyntar.Overlay.Gateway;

/// <summary>What became of a dial to one address of a peer.</summary>
/// <param name="Peer">The peer's name.</param>
/// <param name="Host">The full address: for terminals, never for logs.</param>
/// <param name="Port">The port.</param>
/// <param name="Overlay">The transport that dialled.</param>
public sealed record PeerTestReport(string Peer, string Host, int Port, string Overlay)
{
    /// <summary>How long it took, in milliseconds; null where it failed.</summary>
    public double? Milliseconds { get; init; }

    /// <summary>Why it failed, as a sentence.</summary>
    public string? Error { get; init; }

    /// <summary>Whether a connection on this overlay may be one to nobody, so that success proves little.</summary>
    public bool IsUnconfirmed { get; init; }
}
