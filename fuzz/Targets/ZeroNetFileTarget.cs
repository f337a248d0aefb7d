using System.Buffers;
using System.Text.Json;
using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Transports.ZeroNet;

namespace Klyntar.Overlay.Fuzz;

/// <summary>What a ZeroNet gateway reads whole: a site's files, keys, what trackers answer, and what comes from the local network. The first byte says which.</summary>
internal sealed class ZeroNetFileTarget : IFuzzTarget
{
    private const int Kinds = 6;

    private static readonly Reading[] Readings = [ReadContent, ReadRecord, ReadKey, ReadHttp, ReadUdp, ReadLan];

    private delegate void Reading(ReadOnlySpan<byte> file);

    public string Name => "zeronet-file";

    public int MaxLength => 4 * 1024;

    public IReadOnlyList<byte[]> Words { get; } = FuzzTargets.Words(
        "\"address\":", "\"modified\":", "\"files\":{", "\"signs\":{", "\"sha512\":", "\"size\":", "\\ud800", "\\uffff", "-0", "1e9", "../", "[[[[[[[[", "]]]]]]]]",
        "\"endpoints\":[", "\"exp\":", "\"v\":1", "\"kind\":\"onion\"", "\"addr\":", "\"port\":", "\"cert\":", "d8:interval", "5:peers", "14:failure reason", "i-1e", "le", "99999999999999999999:", "5J", ":0",
        "\xa3\x63md", "\xa6params", "\xa6sender", "\xaf\x64iscoverRequest", "\xb0\x64iscoverResponse", "\xafsiteListRequest", "\xb0siteListResponse", "\xadsites_changed", "\xa5sites", "\xc4\x20", "\xa7service\xa7zeronet",
        "\xa7peer_id\xa1\x61", "\xa4port\x02", "\xae\x62roadcast_port\x02");

    public void Run(ReadOnlySpan<byte> input)
    {
        if (!input.IsEmpty)
        {
            Readings[input[0] % Kinds](input[1..]);
        }
    }

    private static void ReadContent(ReadOnlySpan<byte> file)
    {
        var content = SiteContent.Read(file.ToArray(), out string? why);
        Promise.Holds(content is null == why is not null);
        if (content is not null)
        {
            Promise.Holds(content.SignedText.Span.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 && content.Files.Keys.All(SitePath.IsValid));
            var again = new ArrayBufferWriter<byte>();
            using var document = JsonDocument.Parse(content.SignedText, CanonicalJson.Reading);
            Promise.Holds(CanonicalJson.TryWrite(document.RootElement, again) is null && again.WrittenSpan.SequenceEqual(content.SignedText.Span));
        }
    }

    private static void ReadRecord(ReadOnlySpan<byte> file)
    {
        var record = EndPointRecord.Read(file.ToArray(), out string? why);
        Promise.Holds(record is null == why is not null);
        Promise.Holds(record is null || record.Equals(EndPointRecord.Read(record.Write(), out _)));
    }

    private static void ReadKey(ReadOnlySpan<byte> file)
    {
        ZeroNetIdentityFormat format = ZeroNetIdentityFormat.Instance;
        IdentityImport import = format.Import(file);
        if (!import.IsValid)
        {
            Promise.Holds(import.Why.EndsWith('.'));
            return;
        }

        foreach (string name in format.FormatsOf(import.Identity))
        {
            IdentityImport again = format.Import(format.Export(import.Identity, name));
            Promise.Holds(again.IsValid && again.Identity.Address == import.Identity.Address);
            Promise.Holds(name != format.FormatsOf(import.Identity)[0] || again.Identity!.IsSameKey(import.Identity));
        }

        Promise.Holds(ZeroNetHost.TryParse(import.Identity.Address, out _, out _));
    }

    private static void ReadHttp(ReadOnlySpan<byte> file)
    {
        bool isRead = HttpTracker.TryRead(file, out TrackerAnswer? answer, out string? why);
        Promise.Holds(isRead == why is null && (answer is null || answer.Peers.Length <= TrackerAnswer.MostPeers));
    }

    private static void ReadUdp(ReadOnlySpan<byte> file)
    {
        // The transaction is the datagram's own, so that what follows is reached.
        int transaction = file.Length < 8 ? 0 : (file[4] << 24) | (file[5] << 16) | (file[6] << 8) | file[7];
        Promise.Holds(UdpTracker.TryReadAnnounce(file, transaction, out TrackerAnswer? answer, out string? why) == why is null);
        Promise.Holds(answer is null || answer.Interval >= TimeSpan.Zero);
        Promise.Holds(UdpTracker.TryReadConnect(file, transaction, out _, out why) == why is null);
    }

    private static void ReadLan(ReadOnlySpan<byte> datagram)
    {
        if (LanMessage.Read(datagram.ToArray()) is { } message)
        {
            Promise.Holds(message.Sites.Length <= LanLimits.SitesAtOnce && datagram.Length <= LanLimits.Datagram);
            byte[] written = message.Write();
            Promise.Holds(LanMessage.Read(written) is { } again && again.Write().AsSpan().SequenceEqual(written));
        }
    }
}
