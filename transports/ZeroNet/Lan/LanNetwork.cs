using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>A private IPv4 network that this machine is on, and that carries broadcasts.</summary>
internal sealed record LanNetwork
{
    // A network of two addresses, as of a tunnel, has none that means all of it.
    private const int LongestPrefix = 30;
    private const int Bits = 32;

    private static readonly IPNetwork Loopback = IPNetwork.Parse("127.0.0.0/8");

    // RFC 1918, and RFC 3927's link-local addresses.
    private static readonly ImmutableArray<IPNetwork> Private =
        [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("169.254.0.0/16")];

    private LanNetwork(IPNetwork range, IPAddress broadcast)
    {
        Range = range;
        Broadcast = broadcast;
    }

    /// <summary>Its addresses.</summary>
    public IPNetwork Range { get; }

    /// <summary>The address that means all of it.</summary>
    public IPAddress Broadcast { get; }

    /// <summary>The network of an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="prefix">How many of its bits are the network's.</param>
    /// <param name="allowsLoopback">Whether this machine's own counts as well.</param>
    /// <returns>The network; null where it is none that is asked.</returns>
    public static LanNetwork? Of(IPAddress address, int prefix, bool allowsLoopback)
    {
        bool IsWithin(IPNetwork network) => prefix >= network.PrefixLength && network.Contains(address);
        if (address.AddressFamily != AddressFamily.InterNetwork || prefix > LongestPrefix || !(Private.Any(IsWithin) || (allowsLoopback && IsWithin(Loopback))))
        {
            return null;
        }

        uint hosts = uint.MaxValue >> prefix;
        uint number = BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
        return new LanNetwork(new IPNetwork(Address(number & ~hosts), prefix), Address(number | hosts));
    }

    /// <summary>
    /// The networks of this machine's interfaces that are up. Tunnels have other kinds of interfaces than these: who is at the other end of one is no neighbour.
    /// </summary>
    /// <param name="allowsLoopback">Whether this machine's own counts as well.</param>
    public static ImmutableArray<LanNetwork> OfThisMachine(bool allowsLoopback)
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(static card => card.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown && card.NetworkInterfaceType
                        is NetworkInterfaceType.Ethernet or NetworkInterfaceType.GigabitEthernet or NetworkInterfaceType.Wireless80211 or NetworkInterfaceType.Loopback)
                    .SelectMany(static card => card.GetIPProperties().UnicastAddresses)
                    .Select(own => Of(own.Address, own.PrefixLength, allowsLoopback))
                    .OfType<LanNetwork>()
                    .Distinct(),
            ];
        }
        catch (NetworkInformationException)
        {
            // An interface that goes while it is looked at: the next look tells.
            return [];
        }
    }

    private static IPAddress Address(uint number)
    {
        byte[] bytes = new byte[Bits / 8];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
