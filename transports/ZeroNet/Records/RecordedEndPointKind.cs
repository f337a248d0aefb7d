namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>What a recorded end point is reached over.</summary>
internal enum RecordedEndPointKind
{
    /// <summary>An IP address of the ordinary network.</summary>
    Tcp,

    /// <summary>An onion service of Tor.</summary>
    Onion,

    /// <summary>A destination of I2P, by its b32 or b33 address.</summary>
    I2P,
}
