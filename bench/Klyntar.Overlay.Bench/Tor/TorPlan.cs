namespace Klyntar.Overlay.Bench;

/// <summary>How much of the way through tor is measured. All of it is bounded, in count and in time.</summary>
/// <param name="Starts">How many private networks are started.</param>
/// <param name="Circuits">On how many circuits bytes and dials are compared, one after another.</param>
/// <param name="Parts">Which parts run.</param>
internal sealed record TorPlan(int Starts, int Circuits, Parts Parts)
{
    /// <summary>Pairs of dials on each circuit: two hundred on ten circuits.</summary>
    public const int DialsPerCircuit = 20;

    /// <summary>Pairs of transfers on each circuit, in each direction.</summary>
    public const int TransfersPerCircuit = 9;

    /// <summary>The bytes of a transfer: many windows of a stream (500 cells), and short, so that both halves of a pair meet the same disturbances.</summary>
    public const int TransferBytes = 2 * 1024 * 1024;

    /// <summary>How long a start may take.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    /// <summary>How long all circuits together may take. Where the machine is too slow for it, fewer circuits are measured.</summary>
    public static readonly TimeSpan CircuitsLimit = TimeSpan.FromMinutes(4);
}
