namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Answers those requests of one connection that ask for a tunnel: first the service proves who it is, then the visitor.</summary>
/// <param name="asker">Who asks.</param>
/// <param name="services">The services that there are.</param>
/// <param name="clock">The clock.</param>
internal sealed class TunnelRequests(PeerAsker asker, ITunnelServices services, TimeProvider clock)
{
    // The one challenge that the next proof may answer.
    private (ITunnelService Service, TunnelTranscript Transcript)? _challenge;

    /// <summary>Answers a request.</summary>
    /// <returns>The answer; null where the request does not ask for a tunnel.</returns>
    public PeerAnswer? Answer(PeerRequest request) => request.Command switch
    {
        PeerCommands.Tunnel => Challenge(request),
        PeerCommands.TunnelProof => Judge(request),
        _ => null,
    };

    private PeerAnswer Challenge(PeerRequest request)
    {
        _challenge = null;
        if (TunnelOpening.Read(request, MessageLimits.BeforeHandshake, out MessageViolation? violation) is not { } opening)
        {
            return new PeerAnswer.Failure($"Invalid params: {violation}");
        }

        if (opening.Version != TunnelOpening.CurrentVersion)
        {
            return new PeerAnswer.Failure(TunnelRefusal.OtherVersion);
        }

        if (asker.ChannelBinding is not { } channel)
        {
            return new PeerAnswer.Failure(TunnelRefusal.NotEncrypted);
        }

        if (!services.TryFind(opening.Site, out ITunnelService? service))
        {
            return new PeerAnswer.Failure(TunnelRefusal.UnknownSite);
        }

        if (opening.Port != TunnelOpening.AnyPort && !service.HasPort(opening.Port))
        {
            return new PeerAnswer.Failure(TunnelRefusal.NoSuchPort);
        }

        var transcript = new TunnelTranscript(service.Key.Address, opening.Port, opening.Nonce, TunnelTranscript.CreateNonce(), channel);
        _challenge = (service, transcript);
        return new PeerAnswer.Fields(new TunnelChallenge(transcript.ServiceNonce, transcript.ProveService(service.Key)));
    }

    private PeerAnswer Judge(PeerRequest request)
    {
        // Answered once, whatever comes of it: a proof is never tried against the same nonces again.
        (ITunnelService Service, TunnelTranscript Transcript)? challenge = _challenge;
        _challenge = null;
        if (challenge is not var (service, transcript)
            || TunnelProof.Read(request, MessageLimits.BeforeHandshake, out _) is not { } proof
            || !ZeroNetAddress.TryParse(proof.Visitor, out ZeroNetAddress? visitor, out _)
            || !transcript.IsVisitor(visitor, proof.Proof))
        {
            return new PeerAnswer.Failure(TunnelRefusal.BadProof);
        }

        if (transcript.Port == TunnelOpening.AnyPort)
        {
            return new PeerAnswer.Handover(new OkAnswer("streams"), (stream, stop) => SharedTunnel.ServeAsync(stream, () => services.TryFind(service.Key.Address.Text, out ITunnelService? now) ? now : null, visitor, clock, stop));
        }

        return service.TryTakePlace()
            ? new PeerAnswer.Handover(new OkAnswer("stream"), (stream, stop) => LetInAsync(stream, service, transcript.Port, visitor, stop))
            : new PeerAnswer.Failure(TunnelRefusal.Busy);
    }

    private static async Task LetInAsync(PeerStream stream, ITunnelService service, int port, ZeroNetAddress visitor, CancellationToken stop)
    {
        var connection = new TunnelConnection(new WholeConnection(stream));
        service.LetIn(connection, port, visitor);

        // Whoever has the connection may keep it for as long as he likes; the transport does not wait for him.
        await connection.Over.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stop.IsCancellationRequested)
        {
            connection.Abort();
        }
    }
}
