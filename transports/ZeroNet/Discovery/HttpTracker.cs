using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The question to a BitTorrent tracker over HTTP, and its answer (BEP 3, with BEP 23's compact peers), without the connection.</summary>
internal static class HttpTracker
{
    /// <summary>How large an answer may be, in bytes.</summary>
    public const int MostSize = 64 * 1024;

    private static readonly TimeSpan UsualInterval = TimeSpan.FromMinutes(30);

    /// <summary>The question, as a URL's query.</summary>
    public static string Query(TrackerAnnouncement announcement)
    {
        var query = new StringBuilder("?info_hash=");
        foreach (byte b in announcement.InfoHash)
        {
            query.Append(CultureInfo.InvariantCulture, $"%{b:x2}");
        }

        query.Append(CultureInfo.InvariantCulture, $"&peer_id={Uri.EscapeDataString(announcement.PeerId)}&port={announcement.Port}&uploaded=0&downloaded=0&left={TrackerAnnouncement.BytesLeft}&compact=1&numwant={announcement.Wanted}&event=started");
        return query.ToString();
    }

    /// <summary>Reads an answer. Peers come in the compact form, or as a list of dictionaries that name an IP address: other names are passed over, since nothing is looked up.</summary>
    /// <param name="body">The body of the HTTP response.</param>
    /// <param name="answer">What it says.</param>
    /// <param name="why">Why it is no answer, as a clause.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, [NotNullWhen(true)] out TrackerAnswer? answer, [NotNullWhen(false)] out string? why)
    {
        answer = null;
        why = "its answer is not in order";
        if (body.Length > MostSize)
        {
            why = $"its answer is larger than {MostSize} bytes";
            return false;
        }

        var reader = new BencodeReader(body);
        if (!reader.TryReadDictionaryStart())
        {
            return false;
        }

        TimeSpan interval = UsualInterval;
        var peers = ImmutableArray<IPEndPoint>.Empty;
        while (!reader.TryReadEnd())
        {
            if (!reader.TryReadBytes(out ReadOnlySpan<byte> key))
            {
                return false;
            }

            if (key.SequenceEqual("failure reason"u8) && reader.TryReadBytes(out ReadOnlySpan<byte> reason))
            {
                why = $"it refuses: {TrackerAnswer.Printable(reason)}";
                return false;
            }

            if (key.SequenceEqual("interval"u8) && reader.TryReadInteger(out long seconds))
            {
                interval = seconds is > 0 and <= int.MaxValue ? TimeSpan.FromSeconds(seconds) : UsualInterval;
            }
            else if (key.SequenceEqual("peers"u8) && reader.TryReadBytes(out ReadOnlySpan<byte> compact))
            {
                peers = TrackerAnswer.ReadPeers(compact);
            }
            else if (key.SequenceEqual("peers"u8) && reader.TryReadListStart())
            {
                if (!TryReadList(ref reader, out peers))
                {
                    return false;
                }
            }
            else if (!reader.TrySkip())
            {
                return false;
            }
        }

        why = null;
        answer = new TrackerAnswer(interval, peers);
        return true;
    }

    private static bool TryReadList(ref BencodeReader reader, out ImmutableArray<IPEndPoint> peers)
    {
        var found = ImmutableArray.CreateBuilder<IPEndPoint>();
        peers = [];
        while (!reader.TryReadEnd())
        {
            if (!reader.TryReadDictionaryStart())
            {
                return false;
            }

            IPAddress? address = null;
            long port = 0;
            while (!reader.TryReadEnd())
            {
                if (!reader.TryReadBytes(out ReadOnlySpan<byte> key))
                {
                    return false;
                }

                if (key.SequenceEqual("ip"u8) && reader.TryReadBytes(out ReadOnlySpan<byte> ip))
                {
                    _ = ip.Length <= 45 && IPAddress.TryParse(Encoding.ASCII.GetString(ip), out address);
                }
                else if (!(key.SequenceEqual("port"u8) && reader.TryReadInteger(out port)) && !reader.TrySkip())
                {
                    return false;
                }
            }

            if (address is not null && port is > TrackerAnnouncement.Unreachable and <= IPEndPoint.MaxPort && found.Count < TrackerAnswer.MostPeers)
            {
                found.Add(new IPEndPoint(address, (int)port));
            }
        }

        peers = found.ToImmutable();
        return true;
    }
}
