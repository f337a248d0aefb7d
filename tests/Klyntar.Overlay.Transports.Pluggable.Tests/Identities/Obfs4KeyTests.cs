using System.Net;
using System.Text;
using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>Keys as obfs4proxy keeps them.</summary>
public sealed class Obfs4KeyTests
{
    // Made for this test by obfs4proxy 0.0.14, which told this certificate.
    private const string State =
        """{"node-id":"f0a54ce0d5af99b367de3b6849fa4fb1966979a6","private-key":"2a6c7c79b544046a4436cd94ccde3564e7e614e74c480bc3720448f6b2c095aa","public-key":"3c3d9f71fc2764c80347b2a71b41779c53547c89cd9a938f384bb73d861ff33a","drbg-seed":"abba82823dd007cd54d59b33ff73f483630ea2485c4cb34e","iat-mode":0}""";

    private const string Certificate = "8KVM4NWvmbNn3jtoSfpPsZZpeaY8PZ9x/CdkyANHsqcbQXecU1R8ic2ak484S7c9hh/zOg";

    [Fact]
    public void A_key_of_obfs4proxys_has_the_certificate_that_it_tells()
    {
        Obfs4Key.TryRead(Encoding.ASCII.GetBytes(State), out Obfs4Key? key, out _).Should().BeTrue();

        Obfs4Certificate.Write(key!.Certificate).Should().Be(Certificate);
        Encoding.ASCII.GetString(key.Write()).Should().Be(State);
    }

    [Fact]
    public void The_order_of_a_files_parts_and_its_line_end_mean_nothing()
    {
        string shuffled = "{\n" + string.Join(",\n", State.Trim('{', '}').Split(',').Reverse()) + "\n}\n";
        IdentityImport import = new Obfs4Identities(IPAddress.Loopback).Import(Encoding.ASCII.GetBytes(shuffled));

        Encoding.ASCII.GetString(import.Identity!.Secret).Should().Be(State);
    }

    [Theory]
    [InlineData("\"iat-mode\":0", "\"iat-mode\":3", "lacks a part")]
    [InlineData("\"iat-mode\":0", "\"iat-mode\":\"0\"", "lacks a part")]
    [InlineData("\"node-id\":\"", "\"node-id\":\"00", "lacks a part")]
    [InlineData("\"drbg-seed\"", "\"seed\"", "lacks a part")]
    [InlineData("\"public-key\":\"", "\"public-key\":\"00", "lacks a part")]
    [InlineData("{", "[{", "no JSON object")]
    public void A_damaged_file_is_refused_in_a_sentence(string whole, string damaged, string why)
    {
        IdentityImport import = new Obfs4Identities(IPAddress.Loopback).Import(Encoding.ASCII.GetBytes(State.Replace(whole, damaged, StringComparison.Ordinal)));

        import.IsValid.Should().BeFalse();
        import.Why.Should().Contain(why).And.EndWith(".");
    }

    [Fact]
    public void A_public_key_that_is_anothers_is_refused()
    {
        string own = State.Split("\"public-key\":\"")[1][..64];
        string other = State.Replace(own, new string('0', 64), StringComparison.Ordinal);

        Obfs4Key.TryRead(Encoding.ASCII.GetBytes(other), out _, out string? why).Should().BeFalse();
        why.Should().Contain("damaged");
    }

    [Fact]
    public void Every_key_has_its_port_below_those_of_outgoing_connections()
    {
        HashSet<int> ports = [];
        for (int i = 0; i < 64; i++)
        {
            var key = Obfs4Key.Create();
            key.Port.Should().BeInRange(16384, 32511).And.Be(key.Port);
            ports.Add(key.Port);
        }

        ports.Count.Should().BeGreaterThan(32);
    }

    [Fact]
    public void A_keys_text_is_no_secret() => Obfs4Key.Create().ToString().Should().Be("an obfs4 key");
}
