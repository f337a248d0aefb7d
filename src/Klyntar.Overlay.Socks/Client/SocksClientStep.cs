namespace Klyntar.Overlay.Socks;

/// <summary>Where a client's negotiation stands.</summary>
internal enum SocksClientStep
{
    /// <summary>The input is used up and the proxy's answers not complete. There may be something to send.</summary>
    NeedMore,

    /// <summary>The outcome is known; input after it belongs to the stream.</summary>
    Done,
}
