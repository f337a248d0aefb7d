using System.Collections.Immutable;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Who has optional files of a site.</summary>
/// <param name="Peers">Peers for each file, and each kind of address of its own.</param>
/// <param name="My">Which of the files the peer has itself.</param>
internal sealed record FindHashIdsAnswer(ImmutableArray<HashIdPeers> Peers, ImmutableArray<int> My) : IMessageBody
{
    /// <inheritdoc/>
    public int FieldCount => 4;

    /// <summary>Reads the answer.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static FindHashIdsAnswer? Read(PeerResponse response, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(response.Fields, limits);
        ImmutableArray<HashIdPeers>.Builder found = ImmutableArray.CreateBuilder<HashIdPeers>();
        ImmutableArray<int> my = [];
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("peers"u8) || name.SequenceEqual("peers_onion"u8) || name.SequenceEqual("peers_ipv6"u8))
            {
                ReadPeers(ref reader, found);
            }
            else if (name.SequenceEqual("my"u8))
            {
                my = reader.Numbers(ushort.MaxValue);
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(true, out violation)
            ? new FindHashIdsAnswer(found.DrainToImmutable(), my)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        WritePeers(ref writer, "peers", PeerAddressKind.IPv4);
        WritePeers(ref writer, "peers_onion", PeerAddressKind.Onion);
        WritePeers(ref writer, "peers_ipv6", PeerAddressKind.IPv6);
        writer.Write("my", My);
    }

    private static void ReadPeers(ref FieldReader reader, ImmutableArray<HashIdPeers>.Builder found)
    {
        int count = reader.Pairs();
        for (int i = 0; i < count && !reader.HasFailed; i++)
        {
            int hashId = (int)reader.Number(ushort.MaxValue);
            var peers = ImmutableArray.CreateBuilder<PackedPeer>();
            reader.Peers(peers);
            found.Add(new HashIdPeers(hashId, peers.DrainToImmutable()));
        }
    }

    private void WritePeers(ref MessagePackWriter writer, string name, PeerAddressKind kind)
    {
        writer.Write(name);
        writer.WriteMapHeader(Peers.Count(Has));
        foreach (HashIdPeers entry in Peers.Where(Has))
        {
            writer.Write(entry.HashId);
            writer.WritePeers(entry.Peers, kind);
        }

        bool Has(HashIdPeers entry) => entry.Peers.Any(peer => peer.Kind == kind);
    }
}
