namespace Klyntar.Overlay.Transports.I2P;

/// <summary>Who came to a STREAM ACCEPT.</summary>
/// <param name="Destination">The visitor's destination.</param>
/// <param name="ToPort">The port that he asked for; 0 where the router or his carries none.</param>
internal readonly record struct SamVisitor(I2PDestination Destination, int ToPort);
