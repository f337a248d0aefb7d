namespace Klyntar.Overlay;

/// <summary>What an overlay can carry. The relay and the doors adapt to it; the contract kit tests what is declared and nothing less.</summary>
public sealed record TransportCapabilities
{
    /// <summary>One side can end its direction (FIN) and go on receiving. Where false, the relay holds a local FIN back so that the answer is not cut off.</summary>
    public bool HalfClose { get; init; }

    /// <summary>An abort (RST) is told apart from an orderly end.</summary>
    public bool Reset { get; init; }

    /// <summary>Connections with different <see cref="IsolationKey"/>s cannot be linked by the overlay's relays.</summary>
    public bool Isolation { get; init; }

    /// <summary>One address carries several virtual ports. Where false, each port has an address of its own.</summary>
    public bool SharedAddress { get; init; }

    /// <summary>The overlay says who a visitor is, in <see cref="Visitor.Identity"/>, where <see cref="ServiceDefinition.TellVisitors"/> asks for it.</summary>
    public bool VisitorIdentity { get; init; }

    /// <summary>Services can be published. Where false, the overlay is only dialled.</summary>
    public bool Publish { get; init; }
}
