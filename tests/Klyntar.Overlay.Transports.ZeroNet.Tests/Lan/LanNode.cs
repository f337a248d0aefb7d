using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>A gateway's part on the network 192.168.1.0/24, without sockets.</summary>
internal sealed class LanNode
{
    public const int Port = 1544;

    public LanNode(TestFolder folder, TimeProvider clock, byte host)
    {
        Address = new IPAddress([192, 168, 1, host]);
        Known = new LanPeers(clock);
        Peers = new SitePeers(folder.Of($"peers-{host}"), allowPrivate: false, clock, new Random(1), NullLogger.Instance);
        Self = new LanSender($"-UT3530-klyntartest{host}", 26552, 26552);
        Lan = new LanDiscovery(Self, new LanNetworks(() => Networks, IPAddress.Any, clock), Port, Known, new LanSites(() => Sites, clock), Peers, HasMore.Add, clock);
    }

    public IPAddress Address { get; }

    public LanSender Self { get; }

    public ImmutableArray<LanNetwork> Networks { get; set; } = [LanNetwork.Of(IPAddress.Parse("192.168.1.5"), 24, allowsLoopback: false)!];

    /// <summary>The sites that it tells.</summary>
    public List<ZeroNetAddress> Sites { get; } = [];

    /// <summary>The sites that it was told to look at.</summary>
    public List<ZeroNetAddress> HasMore { get; } = [];

    public LanPeers Known { get; }

    public SitePeers Peers { get; }

    public LanDiscovery Lan { get; }

    /// <summary>Says something to another, and carries what they answer each other until both have said all.</summary>
    /// <returns>What was said, in order.</returns>
    public List<LanCommand> Tell(LanNode other, ImmutableArray<LanDatagram> datagrams)
    {
        List<LanCommand> said = [];
        Queue<(LanNode From, LanNode To, LanDatagram Datagram)> open = new(datagrams.Select(datagram => (this, other, datagram)));
        while (open.TryDequeue(out (LanNode From, LanNode To, LanDatagram Datagram) next))
        {
            said.Add(LanMessage.Read(next.Datagram.Bytes)!.Command);
            foreach (LanDatagram answer in next.To.Lan.Hear(next.Datagram.Bytes, new IPEndPoint(next.From.Address, next.From.Self.AnswerPort)))
            {
                answer.To.Should().Be(new IPEndPoint(next.From.Address, next.From.Self.AnswerPort));
                open.Enqueue((next.To, next.From, answer));
            }
        }

        return said;
    }
}
