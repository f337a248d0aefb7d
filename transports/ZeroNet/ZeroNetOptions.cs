using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The configuration section <c>transports.zeronet</c>.</summary>
public sealed record ZeroNetOptions : IValidatableObject
{
    /// <summary>The port at which ZeroNet's nodes are customarily reached.</summary>
    public const int CustomaryPort = 26552;

    private const int MostEntries = 256;

    /// <summary>The overlays of this gateway that ZeroNet runs over, those that are preferred first.</summary>
    [Description("The overlays of this gateway that everything of ZeroNet runs over, such as [\"tor\"]: its peer port gets an address of its own on each. Without any, it needs \"clearnet\".")]
    public IReadOnlyList<string> Over { get; init; } = [];

    /// <summary>Whether ZeroNet speaks over the ordinary network.</summary>
    [Description("Whether ZeroNet runs over the ordinary network. Trackers and peers then learn this machine's address and which sites it has and asks for. Default: no.")]
    public bool Clearnet { get; init; }

    /// <summary>Where the peer port listens on the ordinary network; on overlays its port is the virtual one.</summary>
    [Description("Where the peer port listens on the ordinary network, such as \"0.0.0.0:26552\". Its port is also the one at which it is reached on overlays.")]
    public EndPoint Listen { get; init; } = new IPEndPoint(IPAddress.Any, CustomaryPort);

    /// <summary>The address and port at which the peer port is reached from the ordinary network.</summary>
    [Description("The public IP address and port at which others reach the peer port, such as \"203.0.113.4:26552\". Without it, the one it listens on, if that is public; else services are not reached over the ordinary network.")]
    public EndPoint? Address { get; init; }

    /// <summary>Trackers, which tell peers of sites.</summary>
    [Description("Trackers, which tell peers of a site: \"zero://HOST:PORT\", and on the ordinary network \"http://…/announce\" or \"udp://IP:PORT\". Over an overlay only names on overlays are asked.")]
    public IReadOnlyList<string> Trackers { get; init; } = [];

    /// <summary>Peers that are asked for every site.</summary>
    [Description("Peers that are asked for every site, such as other gateways: \"HOST:PORT\" with an IP address or a name on an overlay.")]
    public IReadOnlyList<string> Peers { get; init; } = [];

    /// <summary>Sites of others that are kept and passed on, so that they stay known while their gateways are offline.</summary>
    [Description("Addresses of sites of others that this gateway keeps and passes on, so that they are found while their own gateways are offline.")]
    public IReadOnlyList<string> Follow { get; init; } = [];

    /// <summary>Whether the peer port is a tracker too.</summary>
    [Description("Whether the peer port is a zero:// tracker as well, which others can write into their \"trackers\". Default: no.")]
    public bool Tracker { get; init; }

    /// <summary>Whether peers are looked for on the local network by broadcast.</summary>
    [Description("Whether peers are looked for on the local network by UDP broadcast, as ZeroNet's nodes do. Others on it then learn this machine's address and which sites it has and asks for. Only over the ordinary network, \"clearnet\". Default: no.")]
    public bool Lan { get; init; }

    /// <summary>Whether addresses of private networks and of this machine are taken and told, as networks for trying need.</summary>
    [Description("Whether addresses of private networks and of this machine are taken for peers' and told to others, as networks for trying need. Leave it off anywhere else.")]
    public bool AllowPrivate { get; init; }

    /// <summary>How long a dial may take, where its caller sets no earlier deadline.</summary>
    [Description("How long a connection may take to be made, finding the site's end points included, where whoever asks for it sets no earlier deadline, such as \"2m\".")]
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The UDP port of the local network's broadcasts, which all must have in common.</summary>
    internal int LanPort { get; init; } = LanServer.CustomaryPort;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Over.Count == 0 && !Clearnet)
        {
            yield return new ValidationResult("Nothing carries it. Name overlays such as [\"tor\"], or set clearnet to true, which shows this machine's address to trackers and peers.", [nameof(Over)]);
        }

        if (Over.Count > 0 && Clearnet)
        {
            // Who meets one site at an onion and at an IP address knows whose the onion is.
            yield return new ValidationResult("Over overlays and over the ordinary network at once, ZeroNet would tell whose the overlays' addresses are. Remove one of them.", [nameof(Clearnet)]);
        }

        if (Lan && !Clearnet)
        {
            yield return new ValidationResult("Broadcasts on the local network show this machine's address to everybody there, and no overlay carries them. Set lan to false, or clearnet to true in place of over.", [nameof(Lan)]);
        }

        foreach (string other in Over.Where(static name => OverlayLeg.KindOf(name) is null))
        {
            yield return new ValidationResult($"ZeroNet cannot run over \"{other}\". Write \"tor\" or \"i2p\".", [nameof(Over)]);
        }

        if (Over.Distinct(StringComparer.Ordinal).Count() != Over.Count)
        {
            yield return new ValidationResult("An overlay is named twice.", [nameof(Over)]);
        }

        if (Listen is not IPEndPoint)
        {
            yield return new ValidationResult("Write an IP address and a port.", [nameof(Listen)]);
        }

        if (Address is not (null or IPEndPoint { Port: > 0 }) || Address is IPEndPoint { Address: var ip } && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
        {
            yield return new ValidationResult("Write the IP address and port that others connect to.", [nameof(Address)]);
        }

        foreach ((IReadOnlyList<string> list, string name) in ((IReadOnlyList<string>, string)[])[(Trackers, nameof(Trackers)), (Peers, nameof(Peers)), (Follow, nameof(Follow))])
        {
            if (list.Count > MostEntries)
            {
                yield return new ValidationResult($"There are more than {MostEntries}.", [name]);
            }
        }

        foreach (string tracker in Trackers)
        {
            if (TrackerAddress.Parse(tracker, out string? why) is null)
            {
                yield return new ValidationResult(why, [nameof(Trackers)]);
            }
        }

        foreach (string peer in Peers)
        {
            if (PeerAddressText.Parse(peer) is null)
            {
                yield return new ValidationResult($"\"{peer}\" is no peer. Write an IP address or a name on an overlay, and its port, such as \"203.0.113.4:26552\".", [nameof(Peers)]);
            }
        }

        foreach (string site in Follow)
        {
            if (!ZeroNetHost.TryParse(site, out _, out string? why))
            {
                yield return new ValidationResult($"\"{site}\" is no site: {why}.", [nameof(Follow)]);
            }
        }
    }
}
