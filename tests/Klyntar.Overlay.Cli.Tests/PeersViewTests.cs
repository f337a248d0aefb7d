using Klyntar.Overlay.Gateway;

namespace Klyntar.Overlay.Cli.Tests;

public sealed class PeersViewTests
{
    private static readonly PeerReport Alice = new()
    {
        Name = "alice",
        Origin = PeerOrigin.Added,
        Loopback = "127.71.0.1",
        WarmSeconds = 300,
        Addresses =
        [
            new PeerAddressReport("abc.onion", "tor") { LatencyMilliseconds = 812 },
            new PeerAddressReport("def.b32.i2p:7332", "i2p") { LatencyMilliseconds = 2400, Failures = 2, Detail = "i2p: gone" },
            new PeerAddressReport("ghi.b32.i2p:9999", "i2p"),
        ],
        Ports =
        [
            new PeerPortReport { Port = 7332, State = PeerPortState.Open, Connections = 3, PendingDials = 1, Accepted = 9 },
            new PeerPortReport { Port = 9999, State = PeerPortState.Waiting, Detail = "tor: away", NextTrialSeconds = 4, FailedDials = 5, Accepted = 70, TurnedAway = 30 },
            new PeerPortReport { Port = 80, State = PeerPortState.Blocked, Detail = "ports below 1024 are kept for root." },
        ],
    };

    [Fact]
    public void A_peer_is_shown_with_its_addresses_and_how_each_of_its_ports_does() => PeersView.Of(Alice).Should().Equal(
        "peer alice at 127.71.0.1, added, kept warm every 300 s",
        "  abc.onion",
        "    tor, connects in 812 ms",
        "  def.b32.i2p:7332",
        "    i2p, failed 2 times lately: i2p: gone",
        "  ghi.b32.i2p:9999",
        "    i2p, not dialled yet",
        "  port 7332: open; 3 connections, 1 dial waiting, 9 accepted in all",
        "  port 9999: not reached after 5 failed dials, tried again in 4 s; 0 connections, 0 dials waiting, 70 accepted in all, 30 turned away",
        "    tor: away",
        "  port 80: blocked",
        "    ports below 1024 are kept for root.");

    [Fact]
    public void Lines_of_a_hosts_file_have_each_host_once_without_ports_and_the_peers_name() => PeersView.Hosts(
        [
            Alice,
            Alice with { Name = "node.example", Loopback = "127.71.0.2", Addresses = [new PeerAddressReport("jkl.onion:80", "tor"), new PeerAddressReport("jkl.onion:7332", "tor")] },
        ]).Should().Equal(
        "127.71.0.1 abc.onion def.b32.i2p ghi.b32.i2p alice",
        "127.71.0.2 jkl.onion node.example");

    [Fact]
    public void What_a_test_found_is_told_by_peers_and_doubted_where_the_overlay_does_not_tell() => PeersView.Of(
        (IEnumerable<PeerTestReport>)[
            new PeerTestReport("alice", "abc.onion", 7332, "tor") { Milliseconds = 1240 },
            new PeerTestReport("alice", "def.b32.i2p", 7332, "i2p") { Milliseconds = 40, IsUnconfirmed = true },
            new PeerTestReport("bob", "ghi.onion", 80, "tor") { Error = "tor: away" },
        ]).Should().Equal(
        "peer alice",
        "  ✔ abc.onion:7332 1.2 s",
        "  ✔ def.b32.i2p:7332 40 ms, as far as i2p tells",
        "peer bob",
        "  ✘ ghi.onion:80 tor: away");
}
