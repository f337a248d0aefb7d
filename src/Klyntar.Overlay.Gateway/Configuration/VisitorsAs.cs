namespace Klyntar.Overlay.Gateway;

/// <summary>How a service's target is shown which visitor a connection is from.</summary>
public enum VisitorsAs
{
    /// <summary>Not at all: every connection comes from the gateway.</summary>
    One,

    /// <summary>Each visitor's connections come from a loopback address of its own, in 127.72.0.0/16.</summary>
    SourceAddress,

    /// <summary>That address is in a line of the PROXY protocol, version 1, before the visitor's first byte.</summary>
    ProxyV1,

    /// <summary>That address, and the overlay address that was visited, are in a header of the PROXY protocol, version 2.</summary>
    ProxyV2,
}
