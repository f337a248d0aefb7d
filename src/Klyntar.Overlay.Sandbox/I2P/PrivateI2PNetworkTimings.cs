using System.Collections.Immutable;

namespace Klyntar.Overlay.Sandbox;

/// <summary>How long the start of a private I2P network took.</summary>
/// <param name="Stages">The stages, in order; of one that was repeated, the last run.</param>
/// <param name="Total">All of it, and what lies between the stages.</param>
/// <param name="Attempts">How many networks were begun until one carried a stream.</param>
public sealed record PrivateI2PNetworkTimings(ImmutableArray<SandboxStage> Stages, TimeSpan Total, int Attempts);
