namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>What happened on the enclosed machine.</summary>
internal sealed record EnclosedReport
{
    /// <summary>Whether the node was reached while all was well: else nothing below says anything.</summary>
    public bool WasReached { get; set; }

    /// <summary>The replies to dials while all was well, by what was asked for.</summary>
    public Dictionary<string, int> RepliesWhileUp { get; init; } = [];

    /// <summary>The replies to dials while tor and i2pd were gone, by what was asked for.</summary>
    public Dictionary<string, int> RepliesWhileDown { get; init; } = [];

    /// <summary>What the gateway said of its transports meanwhile.</summary>
    public IReadOnlyList<string> StatusWhileDown { get; set; } = [];

    /// <summary>The packets that tried to leave until then.</summary>
    public IReadOnlyList<string> Packets { get; set; } = [];

    /// <summary>The packets after a look-up by the system's resolver and a datagram: that the way out is watched.</summary>
    public IReadOnlyList<string> ControlPackets { get; set; } = [];
}
