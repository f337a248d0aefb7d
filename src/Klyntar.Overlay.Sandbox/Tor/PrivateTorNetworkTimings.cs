using System.Collections.Immutable;

namespace Klyntar.Overlay.Sandbox;

/// <summary>How long the start of a private network took.</summary>
/// <param name="Stages">The stages, in order.</param>
/// <param name="Total">All of it, and what lies between the stages.</param>
/// <param name="KeysFromCache">Whether the authority keys were there already.</param>
/// <param name="IsWarm">Whether an earlier network was started again, so that no vote was needed.</param>
public sealed record PrivateTorNetworkTimings(ImmutableArray<SandboxStage> Stages, TimeSpan Total, bool KeysFromCache, bool IsWarm);
