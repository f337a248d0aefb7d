using System.Globalization;
using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli;

/// <summary>Peers as a person reads them, and as a hosts file does.</summary>
internal static class PeersView
{
    private const int MillisecondsOfSecond = 1000;

    /// <summary>Peers with a line between them.</summary>
    public static IEnumerable<string> Of(IEnumerable<PeerReport> peers) => peers.SelectMany((p, i) => i == 0 ? Of(p) : Of(p).Prepend(""));

    /// <summary>One peer.</summary>
    public static IEnumerable<string> Of(PeerReport peer)
    {
        string origin = peer.Origin switch
        {
            PeerOrigin.Added => ", added",
            PeerOrigin.OnDemand => ", on demand",
            _ => "",
        };
        string warm = peer.WarmSeconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $", kept warm every {seconds:0} s") : "";
        string dialAs = peer.DialAs is { } own ? $", dialled as {own} where who dials is told" : "";
        yield return $"peer {peer.Name} at {peer.Loopback}{origin}{(peer.IsOwn ? ", a service of this gateway" : "")}{dialAs}{warm}";
        foreach (PeerAddressReport address in peer.Addresses)
        {
            yield return $"  {address.Address}";
            if (Told(address) is { Length: > 0 } told)
            {
                yield return $"    {told}";
            }
        }

        foreach (PeerPortReport port in peer.Ports)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"  port {port.Port}: {State(port)}");
            if (port.Detail is { } detail)
            {
                yield return $"    {detail}";
            }
        }
    }

    /// <summary>Lines of a hosts file, which names no ports.</summary>
    public static IEnumerable<string> Hosts(IEnumerable<PeerReport> peers) =>
        peers.Select(p => $"{p.Loopback} {string.Join(' ', p.Addresses.Select(a => a.Address.Split(':')[0]).Append(p.Name).Distinct(StringComparer.Ordinal))}");

    /// <summary>What became of dials.</summary>
    public static IEnumerable<string> Of(IEnumerable<PeerTestReport> tested)
    {
        string? peer = null;
        foreach (PeerTestReport test in tested)
        {
            if (test.Peer != peer)
            {
                yield return $"peer {test.Peer}";
                peer = test.Peer;
            }

            string result = test.Milliseconds is { } time ? $"{Time(time)}{(test.IsUnconfirmed ? $", as far as {test.Overlay} tells" : "")}" : test.Error!;
            yield return string.Create(CultureInfo.InvariantCulture, $"  {(test.Error is null ? "✔" : "✘")} {test.Host}:{test.Port} {result}");
        }
    }

    private static string State(PeerPortReport port)
    {
        string state = port switch
        {
            { State: PeerPortState.Blocked } => "blocked",
            { NextTrialSeconds: > 0 and var wait } => string.Create(CultureInfo.InvariantCulture, $"not reached after {port.FailedDials} failed dials, tried again in {wait:0} s"),
            { State: PeerPortState.Waiting } => string.Create(CultureInfo.InvariantCulture, $"not reached after {port.FailedDials} failed dials, tried again now"),
            _ => "open",
        };
        return port.State == PeerPortState.Blocked
            ? state
            : string.Create(CultureInfo.InvariantCulture, $"{state}; {StatusView.Count(port.Connections, "connection")}, {StatusView.Count(port.PendingDials, "dial")} waiting, {port.Accepted} accepted in all{(port.TurnedAway > 0 ? $", {port.TurnedAway} turned away" : "")}");
    }

    private static string Told(PeerAddressReport address) => (address.Overlay, address.LatencyMilliseconds, address.Failures) switch
    {
        (null, _, _) => address.Detail ?? "",
        (var overlay, { } latency, 0) => $"{overlay}, connects in {Time(latency)}",
        (var overlay, null, 0) => $"{overlay}, not dialled yet",
        (var overlay, _, var failures) => string.Create(CultureInfo.InvariantCulture, $"{overlay}, failed {(failures == 1 ? "once" : $"{failures} times")} lately: {address.Detail}"),
    };

    private static string Time(double milliseconds) => milliseconds < MillisecondsOfSecond
        ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{milliseconds / MillisecondsOfSecond:0.0} s");
}
