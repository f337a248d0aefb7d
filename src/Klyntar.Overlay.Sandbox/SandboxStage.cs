namespace Klyntar.Overlay.Sandbox;

/// <summary>What the start of a private network is at: reported when a stage begins and again when it is done.</summary>
/// <param name="Kind">Which stage.</param>
/// <param name="Took">How long it took; null while it is being done.</param>
/// <param name="Detail">What it found out, as a short phrase; null where there is nothing to say.</param>
public sealed record SandboxStage(SandboxStageKind Kind, TimeSpan? Took = null, string? Detail = null)
{
    /// <summary>What is done in this stage, as a short phrase.</summary>
    public string What => Kind switch
    {
        SandboxStageKind.Program => "find tor",
        SandboxStageKind.Keys => "authority keys",
        SandboxStageKind.Authorities => "start the authorities",
        SandboxStageKind.Descriptors => "exchange of descriptors",
        SandboxStageKind.Consensus => "vote and consensus",
        SandboxStageKind.I2pd => "find i2pd",
        SandboxStageKind.Introduction => "the I2P routers learn of each other",
        SandboxStageKind.Routers => "start I2P",
        SandboxStageKind.Stream => "a stream through I2P is answered",
        _ => Kind.ToString(),
    };
}

/// <summary>A stage of the start of a private network: first those of Tor, then those of I2P, each in order.</summary>
public enum SandboxStageKind
{
    /// <summary>Finding tor, or obtaining it.</summary>
    Program,

    /// <summary>Reading the authorities' keys from the cache, or making them.</summary>
    Keys,

    /// <summary>Starting the authorities.</summary>
    Authorities,

    /// <summary>Waiting until each authority has every relay's descriptor.</summary>
    Descriptors,

    /// <summary>Voting, until every authority has the consensus.</summary>
    Consensus,

    /// <summary>Finding i2pd, or obtaining it.</summary>
    I2pd,

    /// <summary>Telling each of several routers of the others.</summary>
    Introduction,

    /// <summary>Starting the routers.</summary>
    Routers,

    /// <summary>Waiting until a stream between two sessions carries something.</summary>
    Stream,
}
