using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Klyntar.Overlay.Gateway;

/// <summary>A target published on overlays, under an identity it keeps.</summary>
public sealed record ServiceOptions
{
    /// <summary>
    /// Which target each virtual port leads to: an <see cref="IPEndPoint"/> or a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>, or an
    /// <see cref="OverlayEndPoint"/> or a <see cref="DnsEndPoint"/>, which are dialled as a door's clients would.
    /// </summary>
    [Description("Which target each virtual port (1 to 65535) leads to: an IP address and port such as \"127.0.0.1:7332\", or \"unix:/path\"; or a name on an overlay and its port, such as \"….b32.i2p:7332\", which is dialled over its transport.")]
    [Targets]
    public required IReadOnlyDictionary<int, EndPoint> Ports { get; init; }

    /// <summary>The names of the transports that publish it.</summary>
    [Description("The names of the transports that publish it, such as [\"tor\", \"i2p\"].")]
    public required IReadOnlyList<string> On { get; init; }

    /// <summary>The name of its identity in the key folder; null for the service's own name. A missing identity is created.</summary>
    [Description("The name of its identity in the key folder; made when there is none. Default: the service's name.")]
    public string? Identity { get; init; }

    /// <summary>Whether it may be published on an overlay that shows this machine's address beside one that hides it, so that whoever meets it on both knows whose it is.</summary>
    [Description("Whether the service may be on an overlay that shows this machine's address, such as ZeroNet over the ordinary network, beside one that hides it: whoever meets it on both knows whose it is. Default: no.")]
    public bool LinkIdentities { get; init; }

    /// <summary>Options of single transports, by their names: instances of <see cref="ITransportFactory.ServiceOptionsType"/>.</summary>
    [Description("Options of single transports for this service, by the transports' names.")]
    [TransportSections(ofService: true)]
    public IReadOnlyDictionary<string, object> Options { get; init; } = ReadOnlyDictionary<string, object>.Empty;

    /// <summary>How many visitors may be connected at a time, over all its overlays; more are turned away.</summary>
    [Description("How many visitors may be connected at a time, over all its overlays; more are turned away.")]
    [Range(1, 1_000_000)]
    public int Visitors { get; init; } = 4096;

    /// <summary>Limits of each single visitor, on overlays that tell visitors apart; null where they need not be told apart.</summary>
    [Description("Limits of each single visitor, on overlays that tell visitors apart. On tor a visitor is one circuit, and who is turned away may come again on another.")]
    public VisitorLimits? PerVisitor { get; init; }

    /// <summary>How its targets are shown which visitor a connection is from, on overlays that tell visitors apart.</summary>
    [Description("How its targets are shown which visitor a connection is from: \"one\", not at all; \"sourceAddress\", each visitor connects from a loopback address of its own in 127.72.0.0/16; \"proxyV1\" or \"proxyV2\", that address is in a header of the PROXY protocol, which the target has to expect. On tor a visitor is one circuit, and may come again on another.")]
    public VisitorsAs VisitorsAs { get; init; }

    /// <summary>How long connecting to a target may take; null for 5 seconds, and two minutes on an overlay.</summary>
    [Description("How long connecting to a target may take, such as \"5s\". Default: \"5s\", and \"2m\" for a target on an overlay.")]
    public TimeSpan? ConnectTimeout { get; init; }
}
