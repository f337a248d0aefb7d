using System.Collections.ObjectModel;
using System.ComponentModel;

namespace Klyntar.Overlay.Gateway;

/// <summary>What <c>overlay.json</c> says: the whole configuration of one gateway.</summary>
public sealed record GatewayOptions
{
    /// <summary>Where keys, sockets and the transports' own files are kept; null for <see cref="DefaultDataFolder"/>.</summary>
    [Description("The folder for keys, sockets and the transports' own files. A relative path starts at this file. Default: $XDG_STATE_HOME/klyntar-overlay, else ~/.local/state/klyntar-overlay.")]
    public string? DataFolder { get; init; }

    /// <summary>The SOCKS doors. One on 127.0.0.1:5666 unless told; an empty list for none.</summary>
    [Description("The SOCKS doors. One on 127.0.0.1:5666 unless told; an empty list for none.")]
    public IReadOnlyList<SocksDoorOptions> Socks { get; init; } = [new SocksDoorOptions()];

    /// <summary>The services to publish, by name.</summary>
    [Description("The services to publish, by name. A service is a target that visitors of an overlay reach.")]
    public IReadOnlyDictionary<string, ServiceOptions> Services { get; init; } = ReadOnlyDictionary<string, ServiceOptions>.Empty;

    /// <summary>The peers that programs of this machine reach at loopback addresses, by name.</summary>
    [Description("The peers, by name. Each has a loopback address of its own, where programs that know nothing of overlays connect to it; its name also works at the SOCKS doors.")]
    public IReadOnlyDictionary<string, PeerOptions> Peers { get; init; } = ReadOnlyDictionary<string, PeerOptions>.Empty;

    /// <summary>Peers that come to be when a program asks for a name.</summary>
    [Description("Peers that come to be when a program, such as the plugin of a KLYNTAR node, asks the gateway for the loopback address of a name that no peer has.")]
    public OnDemandPeers OnDemandPeers { get; init; } = new();

    /// <summary>
    /// The transports, by name: an instance of <see cref="ITransportFactory.OptionsType"/>, or null to switch off one that
    /// would run by default. Those not named run as <see cref="ITransportFactory.EnabledByDefault"/> says.
    /// </summary>
    [Description("The transports, by name, each with its own options; false switches one off that would run by default.")]
    [TransportSections(ofService: false)]
    public IReadOnlyDictionary<string, object?> Transports { get; init; } = ReadOnlyDictionary<string, object?>.Empty;

    /// <summary>Where transports that do not come with the gateway are.</summary>
    [Description("Where transports that do not come with the gateway are, and which contents are expected of them.")]
    public PluginOptions Plugins { get; init; } = new();

    /// <summary>Which transports may carry what is no overlay name. None unless told.</summary>
    [Description("Which transports may carry what is no overlay name. Left out, such names and addresses are refused.")]
    public ClearnetOptions Clearnet { get; init; } = new();

    /// <summary>How connections are relayed.</summary>
    [Description("How connections are relayed.")]
    public RelayTimes Relay { get; init; } = new();

    /// <summary>Limits of the whole gateway.</summary>
    [Description("Limits of the whole gateway.")]
    public GatewayLimits Limits { get; init; } = new();

    /// <summary>Which socket engine it runs on.</summary>
    [Description("Which socket engine it runs on: \"auto\", the fastest that this machine has, or \"portable\", which every platform has.")]
    public EngineChoice Engine { get; init; }

    /// <summary>The data folder of a gateway that is told none: <c>$XDG_STATE_HOME/klyntar-overlay</c>, else <c>~/.local/state/klyntar-overlay</c>.</summary>
    public static string DefaultDataFolder => Path.Combine(UserFolders.Of("XDG_STATE_HOME", ".local", "state"), "klyntar-overlay");
}
