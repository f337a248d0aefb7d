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

    /// <summary>A dial can be one of this transport's own services', as <see cref="DialRequest.DialAs"/> asks: who is dialled sees its <see cref="Visitor.Identity"/>.</summary>
    public bool DialAs { get; init; }

    /// <summary>Services can be published. Where false, the overlay is only dialled.</summary>
    public bool Publish { get; init; }

    /// <summary>A dial is answered with a connection as soon as the overlay knows the address, before anybody is known to be there. Where nobody is, the connection ends without a byte or stays silent.</summary>
    public bool UnconfirmedDials { get; init; }

    /// <summary>What the other side does not read piles up in the overlay's helper programs: flushing may not wait for it. It costs memory, and where the other side ends while much of it is not read yet, the overlay may lose the rest.</summary>
    public bool UnboundedBuffers { get; init; }
}
