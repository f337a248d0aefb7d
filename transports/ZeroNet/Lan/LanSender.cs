namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Who says that he has sent a datagram. Where he is, only the datagram's own source tells.</summary>
/// <param name="PeerId">His name for this run, as in a handshake.</param>
/// <param name="Port">The port at which he is a peer.</param>
/// <param name="AnswerPort">The UDP port at which he takes answers.</param>
internal readonly record struct LanSender(string PeerId, int Port, int AnswerPort)
{
    /// <summary>What those who take part call the service.</summary>
    public const string Service = "zeronet";

    /// <summary>Reads a datagram's sender. Total.</summary>
    /// <param name="map">The map, which <see cref="FrameScanner"/> has gone through.</param>
    /// <param name="limits">The caps.</param>
    /// <returns>The sender; null where the map names none, or one of another service.</returns>
    public static LanSender? Read(ReadOnlyMemory<byte> map, MessageLimits limits)
    {
        FieldReader reader = new(map, limits);
        string? service = null;
        string peerId = "";
        int? port = null;
        int? answerPort = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("service"u8))
            {
                service = reader.Text();
            }
            else if (name.SequenceEqual("peer_id"u8))
            {
                peerId = reader.Text();
            }
            else if (name.SequenceEqual("port"u8))
            {
                port = reader.Port();
            }
            else if (name.SequenceEqual("broadcast_port"u8))
            {
                answerPort = reader.Port();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(service == Service && peerId.Length > 0 && port is not null && answerPort is > 0, out _) ? new LanSender(peerId, port!.Value, answerPort!.Value) : null;
    }
}
