namespace Klyntar.Overlay.Socks;

/// <summary>Where a server's handshake stands.</summary>
internal enum SocksServerStep
{
    /// <summary>The input is used up and the request not complete.</summary>
    NeedMore,

    /// <summary>The request is complete; input after it belongs to the stream.</summary>
    Complete,

    /// <summary>The client is refused.</summary>
    Refused,
}
