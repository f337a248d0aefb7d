using System.Collections.Immutable;
using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What a BitTorrent tracker answered.</summary>
/// <param name="Interval">When to ask again, as the tracker wishes.</param>
/// <param name="Peers">Peers that can be connected to, as it says. Nothing about them is verified.</param>
internal sealed record TrackerAnswer(TimeSpan Interval, ImmutableArray<IPEndPoint> Peers)
{
    /// <summary>How many peers are taken from one answer: a tracker may give any number, and all of them false.</summary>
    public const int MostPeers = 500;

    private const int CompactSize = 6;

    // What a tracker says goes into a log.
    private const int MostErrorLength = 200;

    /// <summary>Reads peers in BitTorrent's compact form (BEP 23): four bytes of address and two of port, both in network order. Those that cannot be connected to are passed over.</summary>
    /// <param name="compact">The bytes; what is no whole peer at their end counts for nothing.</param>
    public static ImmutableArray<IPEndPoint> ReadPeers(ReadOnlySpan<byte> compact)
    {
        var peers = ImmutableArray.CreateBuilder<IPEndPoint>();
        for (; compact.Length >= CompactSize && peers.Count < MostPeers; compact = compact[CompactSize..])
        {
            int port = (compact[4] << 8) | compact[5];
            if (port > TrackerAnnouncement.Unreachable)
            {
                peers.Add(new IPEndPoint(new IPAddress(compact[..4]), port));
            }
        }

        return peers.ToImmutable();
    }

    /// <summary>A tracker's own words, for a log: short, and ASCII without controls.</summary>
    public static string Printable(ReadOnlySpan<byte> words)
    {
        char[] shown = new char[Math.Min(words.Length, MostErrorLength)];
        for (int i = 0; i < shown.Length; i++)
        {
            shown[i] = words[i] is >= 0x20 and <= 0x7e ? (char)words[i] : '?';
        }

        return new string(shown);
    }
}
