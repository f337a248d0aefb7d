namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Asks for a tunnel over a connection to a gateway that was dialled, and proves who visits.</summary>
internal static class TunnelDialler
{
    /// <summary>Opens a tunnel.</summary>
    /// <param name="connection">An encrypted connection to the gateway whose certificate the site's record names. It is used up by a tunnel that is opened.</param>
    /// <param name="site">The service's address.</param>
    /// <param name="port">The virtual port, or <see cref="TunnelOpening.AnyPort"/>.</param>
    /// <param name="visitor">The key that the visitor goes by.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The tunnel's stream; null with why there is none.</returns>
    /// <exception cref="PeerException">The connection failed.</exception>
    public static async Task<(PeerStream? Stream, DialError? Error)> OpenAsync(PeerConnection connection, ZeroNetAddress site, int port, ZeroNetPrivateKey visitor, CancellationToken cancellationToken)
    {
        if (connection.ChannelBinding is not { } channel)
        {
            return (null, Error(DialErrorKind.ProtocolViolation, "the connection is not encrypted"));
        }

        byte[] nonce = TunnelTranscript.CreateNonce();
        PeerResponse response = await connection.AskAsync(new TunnelOpening(TunnelOpening.CurrentVersion, site.Text, port, nonce), cancellationToken);
        if (response.Error is not null)
        {
            return (null, Refused(response.Error));
        }

        if (TunnelChallenge.Read(response, MessageLimits.BeforeHandshake, out MessageViolation? violation) is not { } challenge)
        {
            return (null, Error(DialErrorKind.ProtocolViolation, $"its challenge cannot be read ({violation})"));
        }

        var transcript = new TunnelTranscript(site, port, nonce, challenge.Nonce, channel);
        if (!transcript.IsService(challenge.Proof))
        {
            return (null, Error(DialErrorKind.ProtocolViolation, "it cannot prove that it is the service's"));
        }

        PeerAnswered answered = await connection.AskForStreamAsync(new TunnelProof(visitor.Address.Text, transcript.ProveVisitor(visitor)), cancellationToken);
        return answered.Stream is { } stream ? (stream, null) : (null, Refused(answered.Response.Error));
    }

    private static DialError Refused(string? words) => Error(TunnelRefusal.ToDialError(words), TunnelRefusal.Printable(words));

    private static DialError Error(DialErrorKind kind, string detail) => new(kind, ZeroNetAddress.OverlayName, detail);
}
