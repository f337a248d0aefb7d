using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Klyntar.Overlay.Gateway;

/// <summary>What a gateway tells of itself, in code and as JSON. Fields are added over time, never removed or changed in meaning.</summary>
public sealed record GatewayStatus
{
    /// <summary>The gateway's version.</summary>
    public required string Version { get; init; }

    /// <summary>Its process id.</summary>
    public required int ProcessId { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Its data folder.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The name of the socket engine in use.</summary>
    public required string Engine { get; init; }

    /// <summary>The SOCKS doors, in the order of the configuration.</summary>
    public ImmutableArray<SocksDoorReport> Socks { get; init; } = [];

    /// <summary>The transports, by name.</summary>
    public ImmutableArray<TransportReport> Transports { get; init; } = [];

    /// <summary>The services: one entry for each service and overlay.</summary>
    public ImmutableArray<ServiceReport> Services { get; init; } = [];

    /// <summary>The remote peers that the gateway keeps connections ready for.</summary>
    public ImmutableArray<PeerReport> Peers { get; init; } = [];

    /// <summary>Whether every transport is ready and every service published.</summary>
    [JsonIgnore]
    public bool IsReady => Transports.All(t => t.State == TransportState.Ready) && Services.All(s => s.State == ServiceState.Published);
}
