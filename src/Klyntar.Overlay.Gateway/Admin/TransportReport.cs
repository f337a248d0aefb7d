using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Klyntar.Overlay.Gateway;

/// <summary>How a transport is.</summary>
public sealed record TransportReport
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its state.</summary>
    public required TransportState State { get; init; }

    /// <summary>While starting, how far it is, from 0 to 1.</summary>
    public double? Progress { get; init; }

    /// <summary>What it is doing or why it is not ready, as a phrase or sentence.</summary>
    public string? Detail { get; init; }

    /// <summary>What a person should know beside the state, as sentences; they may name addresses: for terminals, never for logs.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>What the overlay can carry.</summary>
    public required TransportCapabilities Capabilities { get; init; }

    /// <summary>The helper program it runs or uses, where it has one.</summary>
    public ProgramReport? Program { get; init; }
}

/// <summary>A helper program in use.</summary>
/// <param name="Path">The absolute path of the executable; of a program that somebody else runs, where it is reached.</param>
/// <param name="Origin">Where it comes from.</param>
public sealed record ProgramReport(string Path, string Origin);

/// <summary>A transport's state; <see cref="TransportStatus"/> says what each means.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TransportState>))]
public enum TransportState
{
    /// <summary>Created, and not started yet.</summary>
    [JsonStringEnumMemberName("notStarted")]
    NotStarted,

    /// <summary>On the way to ready, for the first time.</summary>
    [JsonStringEnumMemberName("starting")]
    Starting,

    /// <summary>Dials and publications go through.</summary>
    [JsonStringEnumMemberName("ready")]
    Ready,

    /// <summary>Was ready and is not, or not wholly; it mends itself.</summary>
    [JsonStringEnumMemberName("degraded")]
    Degraded,

    /// <summary>Cannot go on without the operator.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Ended in good order.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,
}
