using System.Net;
using System.Text;
using Klyntar.Overlay.Transports.Tor;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>What the profile for onion-grater allows, command by command.</summary>
public sealed class OnionGraterProfileTests
{
    private static readonly OnionGraterRules Rules = new(OnionGraterProfile.Write(IPAddress.Parse("10.152.152.11"), "/opt/it's here/klyntar-overlay"));

    private static readonly string Key = $"ED25519-V3:{new string('A', 86)}==";

    private static readonly string Id = new('a', 56);

    [Fact]
    public void It_is_for_this_program_and_this_machine()
    {
        Rules.Programs.Should().Equal("/opt/it's here/klyntar-overlay");
        Rules.Hosts.Should().Equal("10.152.152.11");
        Rules.Users.Should().Equal("*");
    }

    [Theory]
    [InlineData("Port=80,10.152.152.11:17600")]
    [InlineData("MaxStreams=64 Port=80,10.152.152.11:17600 Port=65535,10.152.152.11:65535")]
    [InlineData("PoWDefensesEnabled=1 PoWQueueRate=250 PoWQueueBurst=2500 Port=80,10.152.152.11:1")]
    [InlineData("ClientAuthV3=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRST ClientAuthV3=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRST Port=80,10.152.152.11:1", "V3Auth")]
    [InlineData("Port=80,10.152.152.11:1", "MaxStreamsCloseCircuit", "V3Auth")]
    public void A_service_of_ours_is_let_through_with_all_its_options(string rest, params string[] flags)
    {
        ILookup<bool, string[]> words = rest.Split(' ').Select(w => w.Split('=', 2)).ToLookup(w => w[0] == "Port");
        var request = new AddOnionRequest(Encoding.ASCII.GetBytes(Key), [.. words[true].Select(w => (int.Parse(w[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture), w[1].Split(',')[1]))])
        {
            Flags = flags,
            Arguments = [.. words[false].Select(w => (w[0], w[1]))],
        };
        string line = Encoding.Latin1.GetString(ControlCommand.AddOnion(request).Line.Span).TrimEnd();
        Rules.Allows("ADD_ONION", line["ADD_ONION ".Length..]).Should().BeTrue(line);
    }

    [Theory]
    [InlineData("Flags=DiscardPK Port=80,10.152.152.12:80")]
    [InlineData("Flags=DiscardPK Port=80,10x152x152x11:80")]
    [InlineData("Flags=DiscardPK Port=80,127.0.0.1:80")]
    [InlineData("Flags=DiscardPK Port=80,unix:/run/tor/control")]
    [InlineData("Flags=DiscardPK Port=80")]
    [InlineData("Flags=DiscardPK")]
    [InlineData("Flags=DiscardPK,Detach Port=80,10.152.152.11:80")]
    [InlineData("Flags=DiscardPK,NonAnonymous Port=80,10.152.152.11:80")]
    [InlineData("Port=80,10.152.152.11:80")]
    public void Other_services_are_not(string arguments) => Rules.Allows("ADD_ONION", $"{Key} {arguments}").Should().BeFalse();

    [Fact]
    public void Nothing_else_is_said_either()
    {
        Rules.Allows("ADD_ONION", "NEW:BEST Flags=DiscardPK Port=80,10.152.152.11:80").Should().BeFalse();
        Rules.Allows("SETCONF", "HiddenServiceDir=/x").Should().BeFalse();
        Rules.Allows("SIGNAL", "SHUTDOWN").Should().BeFalse();
        Rules.Allows("GETINFO", "address").Should().BeFalse();
        Rules.Allows("GETINFO", "net/listeners/socks").Should().BeFalse("Whonix's own rule for it serves Tor Browser");
        Rules.Allows("GETCONF", "Bridge").Should().BeFalse();
        Rules.Allows("SETEVENTS", "STATUS_CLIENT STATUS_GENERAL HS_DESC CIRC").Should().BeFalse();
        Rules.Allows("DEL_ONION", Id).Should().BeTrue();
        Rules.Allows("HSFETCH", Id).Should().BeTrue();
        Rules.Allows("SIGNAL", "NEWNYM").Should().BeTrue();
        Rules.Allows("GETINFO", "uptime").Should().BeTrue();
        Rules.Allows("ONION_CLIENT_AUTH_ADD", $"{Id} x25519:{new string('A', 43)}=").Should().BeTrue();
    }

    [Fact]
    public void Of_descriptors_uploads_are_told_without_the_relays_and_visits_are_not()
    {
        Rules.Rewrite($"650 HS_DESC UPLOADED {Id} UNKNOWN $0123~relay").Should().Be($"650 HS_DESC UPLOADED {Id} UNKNOWN UNKNOWN");
        Rules.Rewrite($"650 HS_DESC FAILED {Id} UNKNOWN $0123~relay REASON=UPLOAD_REJECTED").Should().Be($"650 HS_DESC FAILED {Id} UNKNOWN UNKNOWN REASON=UPLOAD_REJECTED");
        Rules.Rewrite($"650 HS_DESC FAILED {Id} NO_AUTH $0123~relay abc REASON=NOT_FOUND").Should().Be("650 HS_DESC FAILED UNKNOWN UNKNOWN UNKNOWN REASON=NOT_FOUND");
        Rules.Rewrite($"650 HS_DESC RECEIVED {Id} NO_AUTH $0123~relay abc").Should().Be("650 HS_DESC RECEIVED UNKNOWN UNKNOWN UNKNOWN");
        Rules.Rewrite($"650 HS_DESC CREATED {Id} UNKNOWN UNKNOWN abc").Should().NotBeEmpty("others may wait for it");
        Rules.Rewrite($"650 HS_DESC REQUESTED {Id} NO_AUTH $0123~relay abc HSDIR_INDEX=def").Should().BeEmpty();
        Rules.Rewrite("650 STATUS_CLIENT NOTICE CIRCUIT_ESTABLISHED").Should().StartWith("650 STATUS_CLIENT");
    }

    [Fact]
    public void No_option_of_a_service_is_forgotten_above()
    {
        // One more option is one more word of ADD_ONION: add it to the profile, and to the first test here. Limits at introduction points are no words
        // of it: an external tor never hears of them.
        typeof(TorServiceOptions).GetProperties(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.DeclaredOnly)
            .Where(p => p.CanWrite).Select(p => p.Name).Should().BeSubsetOf(["MaxStreams", "MaxStreamsCloseCircuit", "Clients", "ProofOfWork", "ProofOfWorkQueueRate", "ProofOfWorkQueueBurst", "IntroductionRate", "IntroductionBurst"]);
    }
}
