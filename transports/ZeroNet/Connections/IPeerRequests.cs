namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Answers what one peer asks over one connection. Handshakes are answered by the connection itself.</summary>
internal interface IPeerRequests
{
    /// <summary>Answers a request. One at a time, but that updates are answered beside others; any request gives an answer and none throws. The answer must not wait for one of the same peer, but an update's.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">The connection ends.</param>
    /// <returns>The answer; null where the command is not known, which the connection answers and counts.</returns>
    ValueTask<PeerAnswer?> AnswerAsync(PeerRequest request, CancellationToken cancellationToken);
}
