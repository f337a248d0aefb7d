using System.Globalization;
using System.Net;

namespace Klyntar.Overlay.Gateway;

/// <summary>The rules of peers.</summary>
internal sealed partial class GatewayRules
{
    private const int MaxPeers = 4096;
    private const int MaxAddresses = 16;

    // Shorter than a dial takes on a bad day would be a dial without end.
    private static readonly TimeSpan LeastWarm = TimeSpan.FromSeconds(10);

    /// <summary>Checks one peer alone, as it is added to a running gateway.</summary>
    public void CheckPeer(string name, PeerOptions peer, string path)
    {
        CheckName(path, name, "peer");
        PeerPorts ports = CheckAddresses(peer, path);
        CheckPeerPorts(peer.Ports, $"{path}.ports");
        if (peer.Addresses is { Count: > 0 } && peer.Ports.Count == 0 && ports.Named.Count == 0 && !report.IsFaulty($"{path}.ports") && !report.IsFaulty($"{path}.addresses"))
        {
            Report($"{path}.ports", "The peer has no port.", "Write its ports, such as [7332, 9999].");
        }

        foreach (int port in peer.Ports.Where(p => !ports.ForAll && !ports.Named.Contains(p)))
        {
            Report($"{path}.ports", $"No address of the peer counts for port {port}.", $"Add the address for it, such as \"….b32.i2p:{port}\", or remove the port.");
        }

        if (peer.Loopback is { } loopback && !LoopbackRange.Configured.Contains(loopback))
        {
            Report($"{path}.loopback", $"\"{ConfigurationNode.Quotable(loopback)}\" is no loopback address for a peer.", $"Write one from {LoopbackRange.Configured.First} to {LoopbackRange.Configured.Last}, or remove this key.");
        }

        if (peer.Warm is { } warm)
        {
            CheckTime($"{path}.warm", warm, mayBeNever: false);
            if (warm < LeastWarm)
            {
                Report($"{path}.warm", $"\"{TimeSpanConverter.Format(warm)}\" would keep the overlay busy with dials alone.", $"Write at least \"{TimeSpanConverter.Format(LeastWarm)}\".");
            }
        }

        CheckTime($"{path}.limits.dialTimeout", peer.Limits.DialTimeout, mayBeNever: false);
    }

    private void CheckPeers()
    {
        var loopbacks = new Dictionary<string, string>(StringComparer.Ordinal);
        if (options.Peers.Count > MaxPeers)
        {
            Report("peers", $"There are {options.Peers.Count} peers.", $"Write at most {MaxPeers}.");
        }

        foreach ((string name, PeerOptions peer) in options.Peers)
        {
            string path = ConfigurationNode.PathOf("peers", name);
            if (peer is null || report.HasErrorAt(path))
            {
                continue;
            }

            CheckPeer(name, peer, path);
            CheckDialAs(peer.DialAs, path);
            if (peer.Loopback is { } loopback && !report.IsFaulty($"{path}.loopback") && !loopbacks.TryAdd(loopback, path))
            {
                Report($"{path}.loopback", $"{loopbacks[loopback]} has {loopback} already.", "Give each peer a loopback address of its own, or remove this key.");
            }
        }

        CheckPeerPorts(options.OnDemandPeers.Ports, "onDemandPeers.ports");
        CheckDialAs(options.OnDemandPeers.DialAs, "onDemandPeers");
    }

    private PeerPorts CheckAddresses(PeerOptions peer, string path)
    {
        string addresses = $"{path}.addresses";
        var named = new HashSet<int>();
        bool forAll = false;
        if (peer.Addresses is null || report.HasErrorAt(addresses))
        {
            return new PeerPorts(true, named);
        }

        if (peer.Addresses.Count is 0 or > MaxAddresses)
        {
            Report(addresses, peer.Addresses.Count == 0 ? "The peer has no address." : $"The peer has {peer.Addresses.Count} addresses.", $"Write 1 to {MaxAddresses} names on overlays, such as \"….onion\".");
        }

        var seen = new HashSet<PeerAddress>();
        for (int i = 0; i < peer.Addresses.Count; i++)
        {
            string place = $"{addresses}[{i}]";
            if (peer.Addresses[i] is not { } text || report.IsFaulty(place))
            {
                continue;
            }

            if (!PeerAddress.TryParse(text, out PeerAddress address, out string? why))
            {
                Report(place, why, "Write a name on an overlay such as \"….onion\", with a port where it counts for that one alone.");
            }
            else if (!seen.Add(address))
            {
                Report(place, "This address is here twice.", "Keep one of them.");
            }
            else if (address.Port is { } port)
            {
                named.Add(port);
            }
            else
            {
                forAll = true;
            }
        }

        return new PeerPorts(forAll || report.IsFaulty(addresses), named);
    }

    private void CheckPeerPorts(IReadOnlyList<int> ports, string path)
    {
        var seen = new HashSet<int>();
        if (ports.Count > MaxPorts)
        {
            Report(path, $"There are {ports.Count} ports.", $"Write at most {MaxPorts}.");
        }

        for (int i = 0; i < ports.Count; i++)
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (ports[i] is < 1 or > IPEndPoint.MaxPort)
            {
                Report(place, $"{ports[i]} is no port.", "Write a port from 1 to 65535.");
            }
            else if (!seen.Add(ports[i]))
            {
                Report(place, $"Port {ports[i]} is here twice.", "Keep one of them.");
            }
        }
    }

    private readonly record struct PeerPorts(bool ForAll, HashSet<int> Named);
}
