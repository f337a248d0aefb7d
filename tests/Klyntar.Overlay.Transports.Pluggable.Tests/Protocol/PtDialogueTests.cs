using System.Net;
using CsCheck;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>What programs say until they are ready: pt-spec, section 3.3.</summary>
public sealed class PtDialogueTests
{
    private static readonly IPEndPoint Bind = new(IPAddress.Loopback, 9443);

    [Fact]
    public void A_client_that_offers_its_method_is_ready()
    {
        PtDialogue dialogue = Client("VERSION 1", "CMETHOD obfs4 socks5 127.0.0.1:38425", "CMETHODS DONE");

        dialogue.IsDone.Should().BeTrue();
        dialogue.Offer!.EndPoint.Should().Be(new IPEndPoint(IPAddress.Loopback, 38425));
    }

    [Fact]
    public void A_server_that_listens_tells_what_its_clients_must_know()
    {
        PtDialogue dialogue = Server("VERSION 1", @"SMETHOD obfs4 127.0.0.1:9443 OTHER:x ARGS:cert=a\,b\=c,iat-mode=0", "SMETHODS DONE");

        dialogue.IsDone.Should().BeTrue();
        dialogue.Offer!.Arguments.Pairs.Should().Equal(KeyValuePair.Create("cert", "a,b=c"), KeyValuePair.Create("iat-mode", "0"));
    }

    [Fact]
    public void Lines_that_are_not_known_mean_nothing()
    {
        PtDialogue dialogue = Client("", " ", "hello", "VERSION 1", "STATUS TRANSPORT=obfs4 x=y", "LOG SEVERITY=debug MESSAGE=m", "PROXY DONE", "CMETHODX obfs4", "SMETHOD obfs4 0.0.0.0:1", "CMETHOD obfs4 socks5 [::1]:1", "CMETHODS", "CMETHODS DONE");

        dialogue.IsDone.Should().BeTrue();
        dialogue.Offer!.EndPoint.Address.Should().Be(IPAddress.IPv6Loopback);
    }

    [Theory]
    [InlineData("speaks no version of the protocol that is spoken here (VERSION-ERROR no-version)", "VERSION-ERROR no-version")]
    [InlineData("speaks version 2 of the protocol, and was asked for version 1", "VERSION 2")]
    [InlineData("does not accept its environment: no TOR_PT_STATE_LOCATION", "ENV-ERROR no TOR_PT_STATE_LOCATION")]
    [InlineData("cannot use the proxy: x", "VERSION 1", "PROXY-ERROR x")]
    [InlineData("cannot offer obfs4: no such method", "VERSION 1", "CMETHOD-ERROR obfs4 no such method")]
    [InlineData("cannot offer obfs4: it does not say why", "VERSION 1", "CMETHOD-ERROR obfs4")]
    [InlineData("tells an error of meek, which it was not asked for", "VERSION 1", "CMETHOD-ERROR meek x")]
    [InlineData("offers a method before it has told its version", "CMETHOD obfs4 socks5 127.0.0.1:1")]
    [InlineData("offers meek, which it was not asked for", "VERSION 1", "CMETHOD meek socks5 127.0.0.1:1")]
    [InlineData("offers obfs4 twice", "VERSION 1", "CMETHOD obfs4 socks5 127.0.0.1:1", "CMETHOD obfs4 socks5 127.0.0.1:2")]
    [InlineData("offers obfs4 by socks4, and only socks5 is spoken here", "VERSION 1", "CMETHOD obfs4 socks4 127.0.0.1:1")]
    [InlineData("offers a method without an address", "VERSION 1", "CMETHOD obfs4 socks5")]
    [InlineData("offers a method at what is no address and port", "VERSION 1", "CMETHOD obfs4 socks5 localhost:1")]
    [InlineData("offers a method at what is no address and port", "VERSION 1", "CMETHOD obfs4 socks5 127.0.0.1:0")]
    [InlineData("offers a method at an address that is not this machine's alone", "VERSION 1", "CMETHOD obfs4 socks5 192.0.2.1:1")]
    [InlineData("offers a method at an address that is not this machine's alone", "VERSION 1", "CMETHOD obfs4 socks5 0.0.0.0:1")]
    [InlineData("offers no obfs4", "VERSION 1", "CMETHODS DONE")]
    public void What_a_client_must_not_say_is_named(string violation, params string[] lines)
    {
        PtDialogue dialogue = Client(lines);

        dialogue.Violation.Should().Be(violation);
        dialogue.IsDone.Should().BeFalse();
    }

    [Theory]
    [InlineData("listens at another address than it was told", "SMETHOD obfs4 127.0.0.1:9444")]
    [InlineData("listens at what is no address and port", "SMETHOD obfs4")]
    [InlineData("tells arguments that are none", "SMETHOD obfs4 127.0.0.1:9443 ARGS:cert")]
    [InlineData("tells arguments that are none", @"SMETHOD obfs4 127.0.0.1:9443 ARGS:cert=a\")]
    [InlineData("cannot offer obfs4: listen tcp …: bind: address already in use", "SMETHOD-ERROR obfs4 listen tcp 127.0.0.1:9443: bind: address already in use")]
    public void What_a_server_must_not_say_is_named_without_addresses(string violation, string line) =>
        Server("VERSION 1", line).Violation.Should().Be(violation);

    [Fact]
    public void A_client_that_does_not_take_its_proxy_is_of_no_use()
    {
        string[] offer = ["CMETHOD obfs4 socks5 127.0.0.1:1", "CMETHODS DONE"];

        Say(new PtDialogue(PtRole.Client, "obfs4", bind: null) { NeedsProxy = true }, ["VERSION 1", "PROXY DONE", .. offer]).IsDone.Should().BeTrue();
        Say(new PtDialogue(PtRole.Client, "obfs4", bind: null) { NeedsProxy = true }, ["VERSION 1", .. offer]).Violation.Should().Contain("would connect past it");
    }

    [Fact]
    public void A_line_and_a_dialogue_have_an_end()
    {
        Client(new string('x', PtDialogue.MaxLine + 1)).Violation.Should().StartWith("said a line of more than");
        Client([.. Enumerable.Repeat("", PtDialogue.MaxLines)]).Violation.Should().BeNull();
        Client([.. Enumerable.Repeat("", PtDialogue.MaxLines + 1)]).Violation.Should().StartWith("said more than");
    }

    [Fact]
    public void Nothing_that_follows_changes_the_outcome()
    {
        PtDialogue dialogue = Client("VERSION 1", "CMETHOD obfs4 socks5 127.0.0.1:1", "CMETHODS DONE");
        dialogue.Take("VERSION-ERROR no-version").Should().BeTrue();

        dialogue.Violation.Should().BeNull();
        dialogue.Offer.Should().NotBeNull();
    }

    [Fact]
    public void Any_lines_give_an_outcome_and_none_throw() =>
        Gen.OneOf(
                Gen.String,
                Words("VERSION", "VERSION 1", "CMETHOD", "CMETHODS DONE", "CMETHOD obfs4 socks5 127.0.0.1:1", "CMETHOD-ERROR", "SMETHOD obfs4 127.0.0.1:9443", "ENV-ERROR", "SMETHODS DONE"),
                Gen.Select(Words("CMETHOD ", "SMETHOD obfs4 127.0.0.1:9443 ARGS:", "LOG "), Gen.String, static (head, tail) => head + tail))
            .Array[0, 12]
            .Sample(lines =>
            {
                foreach (PtDialogue dialogue in (PtDialogue[])[Client(lines), Server(lines)])
                {
                    if (dialogue.IsDone ? dialogue.Offer is null || dialogue.Violation is not null : dialogue.Violation is { Length: 0 })
                    {
                        return false;
                    }
                }

                return true;
            });

    private static Gen<string> Words(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);

    private static PtDialogue Client(params string[] lines) => Say(new PtDialogue(PtRole.Client, "obfs4", bind: null), lines);

    private static PtDialogue Server(params string[] lines) => Say(new PtDialogue(PtRole.Server, "obfs4", Bind), lines);

    private static PtDialogue Say(PtDialogue dialogue, string[] lines)
    {
        foreach (string line in lines)
        {
            dialogue.Take(line).Should().Be(dialogue.IsDone || dialogue.Violation is not null);
        }

        return dialogue;
    }
}
