using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Klyntar.Overlay.Gateway;

/// <summary>How a service is on one overlay.</summary>
public sealed record ServiceReport
{
    /// <summary>The service's name.</summary>
    public required string Name { get; init; }

    /// <summary>The transport's name.</summary>
    public required string Overlay { get; init; }

    /// <summary>Its state.</summary>
    public required ServiceState State { get; init; }

    /// <summary>What is awaited or why it is not published, as a phrase or sentence.</summary>
    public string? Detail { get; init; }

    /// <summary>What a person should know beside the state, as phrases: that visitors need a key, that a defence is missing.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Where visitors connect to, one for each port. Empty until the transport has accepted the definition.</summary>
    public ImmutableArray<ServicePortReport> Ports { get; init; } = [];

    /// <summary>How many visitors are connected.</summary>
    public int Visitors { get; init; }

    /// <summary>How many visitors came since the start.</summary>
    public long VisitorsTotal { get; init; }

    /// <summary>How many of them were turned away: one too many, of all or of one visitor.</summary>
    public long VisitorsTurnedAway { get; init; }

    /// <summary>How often a visitor was expelled, with all its connections.</summary>
    public long VisitorsExpelled { get; init; }

    /// <summary>Bytes that visitors sent, of connections that have ended.</summary>
    public long BytesIn { get; init; }

    /// <summary>Bytes that visitors were sent, of connections that have ended.</summary>
    public long BytesOut { get; init; }
}

/// <summary>One virtual port of a service.</summary>
/// <param name="Host">The full overlay address: for terminals, never for logs.</param>
/// <param name="Port">The virtual port.</param>
/// <param name="Target">The target, as in the configuration.</param>
public sealed record ServicePortReport(string Host, int Port, string Target);

/// <summary>A service's state; <see cref="ServiceStatus"/> says what each means.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ServiceState>))]
public enum ServiceState
{
    /// <summary>On the way: visitors may not reach the service yet.</summary>
    [JsonStringEnumMemberName("publishing")]
    Publishing,

    /// <summary>The overlay has confirmed the publication.</summary>
    [JsonStringEnumMemberName("published")]
    Published,

    /// <summary>Was published and may not be reachable; it comes back by itself.</summary>
    [JsonStringEnumMemberName("degraded")]
    Degraded,

    /// <summary>Cannot be published without the operator.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Withdrawn in good order.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,
}
