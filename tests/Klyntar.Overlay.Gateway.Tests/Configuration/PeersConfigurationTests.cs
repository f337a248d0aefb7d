using System.Text;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class PeersConfigurationTests
{
    [Fact]
    public void Peers_are_read()
    {
        GatewayOptions options = Read("""
            {
              "peers": {
                "alice": { "addresses": ["a.onion", "b.b32.i2p:7332"], "ports": [7332], "loopback": "127.71.5.9", "warm": "2m", "allowedUids": [1000], "isolatePorts": true, "dialAs": "node", "limits": { "pendingDials": 4, "connections": 8, "dialTimeout": "30s" } },
                "node.example": { "addresses": ["c.onion:443"] }
              },
              "onDemandPeers": { "limit": 0, "perMinute": 1, "ports": [], "dialAs": "node" },
              "services": { "node": { "on": ["tor"], "ports": { "80": "127.0.0.1:80" } } }
            }
            """);

        options.Peers["alice"].Should().BeEquivalentTo(new PeerOptions
        {
            Addresses = ["a.onion", "b.b32.i2p:7332"],
            Ports = [7332],
            Loopback = "127.71.5.9",
            Warm = TimeSpan.FromMinutes(2),
            AllowedUids = [1000],
            IsolatePorts = true,
            DialAs = "node",
            Limits = new PeerLimits { PendingDials = 4, Connections = 8, DialTimeout = TimeSpan.FromSeconds(30) },
        });
        options.Peers["node.example"].Ports.Should().BeEmpty("its addresses name them");
        options.OnDemandPeers.Should().BeEquivalentTo(new OnDemandPeers { Limit = 0, PerMinute = 1, Ports = [], DialAs = "node" });
    }

    [Fact]
    public void All_that_is_wrong_with_peers_is_told_at_once()
    {
        Func<GatewayOptions> reading = () => Read("""
            {
              "peers": {
                "Alice": { "addresses": ["a.onion"], "ports": [80] },
                "bob": { "addresses": ["a.onion:0", "127.0.0.1", "b.onion", "B.onion"], "ports": [80, 80, 65536] },
                "carol": { "addresses": [] },
                "dave": { "addresses": ["d.onion"], "loopback": "127.72.0.1", "warm": "5s" },
                "erin": { "addresses": ["e.onion:80"], "ports": [80, 81], "loopback": "127.71.0.7" },
                "frank": { "addresses": ["f.onion:80"], "loopback": "127.71.0.7" },
                "grace": { "addresses": ["g.onion:80"], "limits": { "dialTimeout": "never" } },
                "heidi": { "addresses": ["h.b32.i2p:80"], "dialAs": "nodes" }
              },
              "socks": [{ "dialAs": "wallet" }],
              "onDemandPeers": { "ports": [0], "dialAs": "node" },
              "services": { "node": { "on": ["tor"], "ports": { "80": "127.71.0.1:80" } } }
            }
            """);

        reading.Should().Throw<ConfigurationException>().Which.Message.Should().Be("""
            /etc/klyntar/overlay.json: 17 things are wrong.
              3:14: peers.Alice: "Alice" cannot name a peer. Write lower case letters, digits, dashes, dots and underscores, at most 64, not starting with a dot.
              4:28: peers.bob.addresses[0]: What follows the colon is no port from 1 to 65535. Write a name on an overlay such as "….onion", with a port where it counts for that one alone.
              4:41: peers.bob.addresses[1]: That is an address of no overlay. Write a name on an overlay such as "….onion", with a port where it counts for that one alone.
              4:65: peers.bob.addresses[3]: This address is here twice. Keep one of them.
              4:91: peers.bob.ports[1]: Port 80 is here twice. Keep one of them.
              4:95: peers.bob.ports[2]: 65536 is no port. Write a port from 1 to 65535.
              5:29: peers.carol.addresses: The peer has no address. Write 1 to 16 names on overlays, such as "….onion".
              6:13: peers.dave.ports: The peer has no port. Write its ports, such as [7332, 9999].
              6:53: peers.dave.loopback: "127.72.0.1" is no loopback address for a peer. Write one from 127.71.0.1 to 127.71.127.254, or remove this key.
              6:75: peers.dave.warm: "5s" would keep the overlay busy with dials alone. Write at least "10s".
              7:53: peers.erin.ports: No address of the peer counts for port 81. Add the address for it, such as "….b32.i2p:81", or remove the port.
              8:57: peers.frank.loopback: peers.erin has 127.71.0.7 already. Give each peer a loopback address of its own, or remove this key.
              9:72: peers.grace.limits.dialTimeout: "never" is not possible here. Write more than "0s" and at most "30d".
              10:57: peers.heidi.dialAs: There is no service "nodes". Did you mean "node"?
              12:25: socks[0].dialAs: There is no service "wallet". Known here: "node".
              13:32: onDemandPeers.ports[0]: 0 is no port. Write a port from 1 to 65535.
              14:59: services.node.ports.80: 127.71.0.1 stands for a peer, which may lead back to this service. Write the peer's name on its overlay, such as "….b32.i2p:80".
            """);
    }

    private static GatewayOptions Read(string text) =>
        GatewayConfiguration.Read(Encoding.UTF8.GetBytes(text), "/etc/klyntar/overlay.json", SampleFactory.Catalog);
}
