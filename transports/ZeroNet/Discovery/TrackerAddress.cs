using System.Globalization;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A tracker: how it is asked, and where it is.</summary>
/// <param name="Kind">How it is asked.</param>
/// <param name="Peer">Where it is.</param>
/// <param name="Url">The whole address, for HTTP.</param>
internal sealed record TrackerAddress(TrackerKind Kind, PeerLocation Peer, Uri Url)
{
    private const int HttpPort = 80;

    /// <summary>Reads one as the configuration has it. Total.</summary>
    /// <param name="text">The address.</param>
    /// <param name="why">What is wrong with it, as a sentence, where the result is null.</param>
    public static TrackerAddress? Parse(string text, out string? why)
    {
        why = null;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.UserInfo.Length == 0 && KindOf(url.Scheme) is { } kind)
        {
            int port = url.Port > 0 ? url.Port : kind == TrackerKind.Http ? HttpPort : 0;
            if (PeerAddressText.Parse($"{url.IdnHost}:{port}") is { } peer)
            {
                return new TrackerAddress(kind, peer, url);
            }
        }

        why = $"\"{text}\" is no tracker. Write zero://HOST:PORT, http://HOST/announce or udp://HOST:PORT, with an IP address or a name on an overlay: nothing is looked up.";
        return null;
    }

    /// <summary>A peer port as a tracker's address.</summary>
    public static string Format(PeerLocation peer) =>
        string.Create(CultureInfo.InvariantCulture, $"zero://{(peer.Kind == PeerLocationKind.IPv6 ? $"[{peer.Host}]" : peer.Host)}:{peer.Port}");

    private static TrackerKind? KindOf(string scheme) => scheme switch
    {
        "zero" => TrackerKind.Zero,
        "http" => TrackerKind.Http,
        "udp" => TrackerKind.Udp,
        _ => null,
    };
}
