namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// Answers what is asked back over a connection that was dialled for a client: as a node that has no sites. Otherwise whoever is visited would learn, by asking for one site after the other,
/// which of them the visitor's gateway serves.
/// </summary>
internal sealed class StrangerRequests : IPeerRequests
{
    /// <inheritdoc/>
    public ValueTask<PeerAnswer?> AnswerAsync(PeerRequest request, CancellationToken cancellationToken) => new(request.Command switch
    {
        PeerCommands.Ping => new PeerAnswer.Fields(PingAnswer.Pong),
        PeerCommands.GetTrackers => new PeerAnswer.Fields(new TrackersAnswer([])),
        PeerCommands.GetFile or PeerCommands.StreamFile or PeerCommands.Pex or PeerCommands.ListModified or PeerCommands.Update
            or PeerCommands.GetHashfield or PeerCommands.SetHashfield or PeerCommands.FindHashIds => new PeerAnswer.Failure(RequestErrors.UnknownSite),
        _ => null,
    });
}
