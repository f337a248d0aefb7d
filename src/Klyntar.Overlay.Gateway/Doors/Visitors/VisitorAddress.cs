using System.Net;

namespace Klyntar.Overlay.Gateway;

/// <summary>A visitor's loopback address, held until it is given back to <see cref="VisitorAddresses"/>.</summary>
/// <param name="Place">Which of the addresses it is.</param>
/// <param name="IsHeld">Whether it counts as the visitor's; not where more visitors are here than there are addresses.</param>
internal readonly record struct VisitorAddress(int Place, bool IsHeld)
{
    /// <summary>How many addresses there are: those of 127.72.0.0/16 that do not end in 0 or 255.</summary>
    public const int Count = 256 * EachThirdByte;

    private const int EachThirdByte = 254;

    /// <summary>The address.</summary>
    public IPAddress ToIPAddress() => new([127, 72, (byte)(Place / EachThirdByte), (byte)((Place % EachThirdByte) + 1)]);
}
