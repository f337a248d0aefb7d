namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Answers what is asked over a connection that was accepted, which is no peer's any more once it is a visitor's.</summary>
/// <param name="requests">What answers.</param>
/// <param name="place">The connection's place at the port.</param>
internal sealed class PortRequests(IPeerRequests requests, PeerPass place) : IPeerRequests
{
    /// <inheritdoc/>
    public async ValueTask<PeerAnswer?> AnswerAsync(PeerRequest request, CancellationToken cancellationToken)
    {
        PeerAnswer? answer = await requests.AnswerAsync(request, cancellationToken);
        if (answer is PeerAnswer.Handover)
        {
            place.Excuse();
        }

        return answer;
    }
}
