using System.Net;

namespace Klyntar.Overlay.Gateway;

/// <summary>A visitor's loopback address, held until it is given back to <see cref="VisitorAddresses"/>.</summary>
/// <param name="Place">Which of <see cref="LoopbackRange.Visitors"/> it is.</param>
/// <param name="IsHeld">Whether it counts as the visitor's; not where more visitors are here than there are addresses.</param>
internal readonly record struct VisitorAddress(int Place, bool IsHeld)
{
    /// <summary>The address.</summary>
    public IPAddress ToIPAddress() => LoopbackRange.Visitors[Place];
}
