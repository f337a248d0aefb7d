using System.ComponentModel;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>The configuration section <c>services.*.options.i2p</c>.</summary>
public sealed record I2PServiceOptions
{
    /// <summary>Whether the network's directories hold the service's lease set encrypted: it is reached by its b33 address alone.</summary>
    [Description("Whether the network's directories are given only an encrypted lease set, so that they do not learn the service's address. The address is another one then, of 56 characters before .b32.i2p (b33).")]
    public bool Encrypted { get; init; }
}
