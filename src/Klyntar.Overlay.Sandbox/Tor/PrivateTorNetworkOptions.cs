using Klyntar.Overlay.BinFetch;

namespace Klyntar.Overlay.Sandbox;

/// <summary>How a private Tor network is started.</summary>
public sealed record PrivateTorNetworkOptions
{
    /// <summary>Finds tor.</summary>
    public IHelperPrograms Programs { get; init; } = new HelperPrograms(new HelperProgramOptions());

    /// <summary>A path of tor to use, or null to look for it.</summary>
    public string? TorPath { get; init; }

    /// <summary>
    /// Where the network lives, or null for a new folder that is deleted at the end. A folder that holds a network whose
    /// consensus is still valid is started again as it was, with the same addresses, in about a second.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>Where authority keys are kept from one network to the next; null for <c>$XDG_CACHE_HOME/klyntar-overlay/sandbox/authorities</c>.</summary>
    public string? KeyCacheFolder { get; init; }

    /// <summary>Told of each stage when it begins and when it is done.</summary>
    public IProgress<SandboxStage>? Progress { get; init; }

    /// <summary>How long the whole start may take, without finding tor.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
