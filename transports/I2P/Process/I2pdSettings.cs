namespace Klyntar.Overlay.Transports.I2P;

/// <summary>What an operator says of a router of our own.</summary>
/// <param name="Program">The path of i2pd, or null to look for it.</param>
/// <param name="Lines">Further lines of its configuration, each one key with its section: <c>ntcp2.port=20001</c>.</param>
internal sealed record I2pdSettings(string? Program, IReadOnlyList<string> Lines);
