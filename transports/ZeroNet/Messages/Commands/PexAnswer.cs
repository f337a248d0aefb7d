using System.Collections.Immutable;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Peers of a site. Real nodes repeat some, and name whoever asks.</summary>
/// <param name="Peers">Peers of all kinds, in the order of the three lists that they came in, each as often as it came.</param>
internal sealed record PexAnswer(ImmutableArray<PackedPeer> Peers) : IMessageBody
{
    /// <inheritdoc/>
    public int FieldCount => 3;

    /// <summary>Reads the answer.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static PexAnswer? Read(PeerResponse response, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(response.Fields, limits);
        ImmutableArray<PackedPeer>.Builder peers = ImmutableArray.CreateBuilder<PackedPeer>();
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("peers"u8) || name.SequenceEqual("peers_ipv6"u8) || name.SequenceEqual("peers_onion"u8))
            {
                reader.Peers(peers);
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(true, out violation)
            ? new PexAnswer(peers.DrainToImmutable())
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("peers", Peers, PeerAddressKind.IPv4);
        writer.Write("peers_ipv6", Peers, PeerAddressKind.IPv6);
        writer.Write("peers_onion", Peers, PeerAddressKind.Onion);
    }
}
