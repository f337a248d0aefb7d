namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Answers all that is asked over one connection.</summary>
/// <param name="tunnels">What asks for tunnels.</param>
/// <param name="sites">All else.</param>
internal sealed class ConnectionRequests(TunnelRequests tunnels, SiteRequests sites) : IPeerRequests
{
    /// <inheritdoc/>
    public ValueTask<PeerAnswer?> AnswerAsync(PeerRequest request, CancellationToken cancellationToken) =>
        tunnels.Answer(request) is { } answer ? ValueTask.FromResult<PeerAnswer?>(answer) : sites.AnswerAsync(request, cancellationToken);
}
