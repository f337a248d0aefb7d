namespace Klyntar.Overlay.Bench;

/// <summary>How much of the way through I2P is measured. All of it is bounded, in count and in time.</summary>
/// <param name="I2pd">The name that i2pd is looked for by.</param>
/// <param name="Rounds">How many rounds of dials and transfers.</param>
/// <param name="Kills">How often the router is killed.</param>
/// <param name="Parts">Which parts run.</param>
internal sealed record I2PPlan(string I2pd, int Rounds, int Kills, Parts Parts)
{
    /// <summary>Dials of each way in a round: two hundred in ten rounds.</summary>
    public const int DialsPerRound = 20;

    /// <summary>The bytes of one stream: seconds of it, since a stream takes its time to become fast.</summary>
    public const int TransferBytes = 8 * 1024 * 1024;

    /// <summary>The streams at once.</summary>
    public const int Streams = 8;

    /// <summary>How long everything may take that is waited for once.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
}
