using System.Collections.Immutable;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Exchanges peers of a site: here are some, give me others.</summary>
/// <param name="Site">The site's address.</param>
/// <param name="Peers">Peers of all kinds, in the order of the three lists that they came in, each as often as it came.</param>
/// <param name="Need">How many peers are wanted.</param>
internal sealed record PexParams(string Site, ImmutableArray<PackedPeer> Peers, int Need) : IRequestBody
{
    /// <inheritdoc/>
    public string Command => PeerCommands.Pex;

    /// <inheritdoc/>
    public int FieldCount => 3 + (Has(PeerAddressKind.Onion) ? 1 : 0) + (Has(PeerAddressKind.IPv6) ? 1 : 0);

    /// <summary>Reads the params.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static PexParams? Read(PeerRequest request, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(request.Fields, limits);
        string? site = null;
        ImmutableArray<PackedPeer>.Builder peers = ImmutableArray.CreateBuilder<PackedPeer>();
        int need = 0;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("site"u8))
            {
                site = reader.Text();
            }
            else if (name.SequenceEqual("peers"u8) || name.SequenceEqual("peers_ipv6"u8) || name.SequenceEqual("peers_onion"u8))
            {
                reader.Peers(peers);
            }
            else if (name.SequenceEqual("need"u8))
            {
                need = (int)reader.Number(int.MaxValue);
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(site is not null, out violation)
            ? new PexParams(site!, peers.DrainToImmutable(), need)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        writer.Write("site", Site);
        writer.Write("peers", Peers, PeerAddressKind.IPv4);
        writer.Write("need", Need);
        WriteIfAny(ref writer, "peers_onion", PeerAddressKind.Onion);
        WriteIfAny(ref writer, "peers_ipv6", PeerAddressKind.IPv6);
    }

    private bool Has(PeerAddressKind kind) => Peers.Any(peer => peer.Kind == kind);

    private void WriteIfAny(ref MessagePackWriter writer, string name, PeerAddressKind kind)
    {
        if (Has(kind))
        {
            writer.Write(name, Peers, kind);
        }
    }
}
