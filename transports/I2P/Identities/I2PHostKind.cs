namespace Klyntar.Overlay.Transports.I2P;

/// <summary>What kind of a name a host is.</summary>
internal enum I2PHostKind
{
    /// <summary>The hash of a destination.</summary>
    Hash,

    /// <summary>The address of an encrypted lease set.</summary>
    Blinded,

    /// <summary>A name that the router's address book must know.</summary>
    Name,
}
