using Klyntar.Overlay.BinFetch;

namespace Klyntar.Overlay.Sandbox;

/// <summary>How a private I2P network is started.</summary>
public sealed record PrivateI2PNetworkOptions
{
    /// <summary>Finds i2pd.</summary>
    public IHelperPrograms Programs { get; init; } = new HelperPrograms(new HelperProgramOptions());

    /// <summary>The name that i2pd is looked for by; <see cref="PrivateI2PNetwork.NewerI2pd"/> is one that can do without root what older ones cannot.</summary>
    public string I2pd { get; init; } = "i2pd";

    /// <summary>A path of i2pd to use, or null to look for it.</summary>
    public string? I2pdPath { get; init; }

    /// <summary>
    /// How many routers: one, which is its own network, or three, which need an i2pd of 2.51 or later.
    /// </summary>
    public int Routers { get; init; } = 1;

    /// <summary>Whether to wait until a stream between two sessions was answered, and to begin anew where none is.</summary>
    public bool AwaitsStream { get; init; } = true;

    /// <summary>Where the network lives, or null for a new folder that is deleted at the end. Whatever an earlier network left there is thrown away.</summary>
    public string? Folder { get; init; }

    /// <summary>Told of each stage when it begins and when it is done.</summary>
    public IProgress<SandboxStage>? Progress { get; init; }

    /// <summary>How long the whole start may take, without finding i2pd.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
