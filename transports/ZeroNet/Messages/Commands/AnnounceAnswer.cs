using System.Collections.Immutable;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What a zero:// tracker knows of sites.</summary>
/// <param name="Peers">Peers for each site, in the order of the hashes that were asked for; a tracker in a hurry leaves the last sites out.</param>
/// <param name="OnionSignThis">What the announced onions' keys must sign before they are added; null where nothing is to be signed.</param>
/// <param name="UsesOldName">Whether IPv4 peers go by the name that the asker's need_types had, "ip4".</param>
internal sealed record AnnounceAnswer(ImmutableArray<ImmutableArray<PackedPeer>> Peers, string? OnionSignThis, bool UsesOldName) : IMessageBody
{
    /// <inheritdoc/>
    public int FieldCount => OnionSignThis is null ? 1 : 2;

    /// <summary>Reads the answer.</summary>
    /// <returns>What was read; null with what is wrong.</returns>
    public static AnnounceAnswer? Read(PeerResponse response, MessageLimits limits, out MessageViolation? violation)
    {
        FieldReader reader = new(response.Fields, limits);
        ImmutableArray<ImmutableArray<PackedPeer>>? peers = null;
        string? onionSignThis = null;
        bool usesOldName = false;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("peers"u8))
            {
                peers = ReadSites(ref reader, limits, ref usesOldName);
            }
            else if (name.SequenceEqual("onion_sign_this"u8))
            {
                onionSignThis = reader.OptionalText();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(peers is not null, out violation)
            ? new AnnounceAnswer(peers!.Value, onionSignThis, usesOldName)
            : null;
    }

    /// <inheritdoc/>
    public void WriteFields(ref MessagePackWriter writer)
    {
        if (OnionSignThis is not null)
        {
            writer.Write("onion_sign_this", OnionSignThis);
        }

        writer.Write("peers");
        writer.WriteArrayHeader(Peers.Length);
        foreach (ImmutableArray<PackedPeer> site in Peers)
        {
            writer.WriteMapHeader(3);
            writer.Write(UsesOldName ? AnnounceParams.OldIPv4 : AnnounceParams.IPv4, site, PeerAddressKind.IPv4);
            writer.Write(AnnounceParams.IPv6, site, PeerAddressKind.IPv6);
            writer.Write(AnnounceParams.Onion, site, PeerAddressKind.Onion);
        }
    }

    private static ImmutableArray<ImmutableArray<PackedPeer>> ReadSites(ref FieldReader reader, MessageLimits limits, ref bool usesOldName)
    {
        int count = reader.List();
        var sites = ImmutableArray.CreateBuilder<ImmutableArray<PackedPeer>>(count);
        for (int i = 0; i < count && !reader.HasFailed; i++)
        {
            sites.Add(ReadSite(ref reader, limits, ref usesOldName));
        }

        return sites.DrainToImmutable();
    }

    private static ImmutableArray<PackedPeer> ReadSite(ref FieldReader reader, MessageLimits limits, ref bool usesOldName)
    {
        var peers = ImmutableArray.CreateBuilder<PackedPeer>();
        FieldReader site = new(reader.Map(), limits);
        while (site.Next(out ReadOnlySpan<byte> name))
        {
            bool isOldName = name.SequenceEqual("ip4"u8);
            usesOldName |= isOldName;
            if (isOldName || name.SequenceEqual("ipv4"u8) || name.SequenceEqual("ipv6"u8) || name.SequenceEqual("onion"u8))
            {
                site.Peers(peers);
            }
            else
            {
                site.Skip();
            }
        }

        if (!site.Accept(true, out MessageViolation? violation))
        {
            reader.Fail(violation!.Value);
        }

        return peers.DrainToImmutable();
    }
}
