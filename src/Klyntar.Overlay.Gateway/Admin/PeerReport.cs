using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Klyntar.Overlay.Gateway;

/// <summary>A remote peer that programs of this machine reach at a loopback address.</summary>
public sealed record PeerReport
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is known from.</summary>
    public required PeerOrigin Origin { get; init; }

    /// <summary>Its loopback address.</summary>
    public required string Loopback { get; init; }

    /// <summary>Whether it is a service of this gateway, so that no overlay is between.</summary>
    public bool IsOwn { get; init; }

    /// <summary>The service as which it is dialled, on overlays that tell who dials; null for a stranger.</summary>
    public string? DialAs { get; init; }

    /// <summary>How often it is dialled to keep circuits ready, in seconds; null where it is not.</summary>
    public double? WarmSeconds { get; init; }

    /// <summary>Its addresses: full ones, for terminals, never for logs.</summary>
    public ImmutableArray<PeerAddressReport> Addresses { get; init; } = [];

    /// <summary>Its ports.</summary>
    public ImmutableArray<PeerPortReport> Ports { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(PeerReport? other) =>
        other is not null && Name == other.Name && Origin == other.Origin && Loopback == other.Loopback && IsOwn == other.IsOwn && DialAs == other.DialAs && WarmSeconds == other.WarmSeconds
        && Addresses.SequenceEqual(other.Addresses) && Ports.SequenceEqual(other.Ports);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Loopback);
}

/// <summary>An address of a peer.</summary>
/// <param name="Address">The host, with a port where it counts for that one alone.</param>
/// <param name="Overlay">The transport that dials it; null where none claims it, or where it is this gateway's own.</param>
public sealed record PeerAddressReport(string Address, string? Overlay)
{
    /// <summary>How long a dial takes, in milliseconds, smoothed; null before one was successful.</summary>
    public double? LatencyMilliseconds { get; init; }

    /// <summary>How many dials in a row failed lately.</summary>
    public int Failures { get; init; }

    /// <summary>Why the last dial failed, or why none is possible.</summary>
    public string? Detail { get; init; }
}

/// <summary>A port of a peer.</summary>
public sealed record PeerPortReport
{
    /// <summary>The port.</summary>
    public required int Port { get; init; }

    /// <summary>Its state.</summary>
    public required PeerPortState State { get; init; }

    /// <summary>Why it is not open, as a phrase or sentence.</summary>
    public string? Detail { get; init; }

    /// <summary>How long until the peer is tried again, in seconds; null where dials go through.</summary>
    public double? NextTrialSeconds { get; init; }

    /// <summary>How many connections it holds, dials included.</summary>
    public int Connections { get; init; }

    /// <summary>How many of them wait for a dial.</summary>
    public int PendingDials { get; init; }

    /// <summary>How many connections came since the start.</summary>
    public long Accepted { get; init; }

    /// <summary>How many of them were turned away at once, since as many as may were waiting or connected.</summary>
    public long TurnedAway { get; init; }

    /// <summary>How many dials were made.</summary>
    public long Dials { get; init; }

    /// <summary>How many of them failed.</summary>
    public long FailedDials { get; init; }
}

/// <summary>Where a peer is known from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PeerOrigin>))]
public enum PeerOrigin
{
    /// <summary>The configuration.</summary>
    [JsonStringEnumMemberName("configured")]
    Configured,

    /// <summary>It was added to a running gateway, and is kept.</summary>
    [JsonStringEnumMemberName("added")]
    Added,

    /// <summary>A program asked for it; it is forgotten at the gateway's end.</summary>
    [JsonStringEnumMemberName("onDemand")]
    OnDemand,
}

/// <summary>The state of a peer's port.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PeerPortState>))]
public enum PeerPortState
{
    /// <summary>Who connects is dialled for.</summary>
    [JsonStringEnumMemberName("open")]
    Open,

    /// <summary>Dials failed one after the other: who connects waits until a trial is successful.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>The gateway cannot listen on it.</summary>
    [JsonStringEnumMemberName("blocked")]
    Blocked,
}
