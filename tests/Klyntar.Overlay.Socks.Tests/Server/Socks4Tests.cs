using System.Net;

namespace Klyntar.Overlay.Socks.Tests;

public class Socks4Tests
{
    private const string Rejected = "005B000000000000";

    [Fact]
    public void SOCKS4a_carries_a_name_and_a_user_id() =>
        ServerOutcome.Of(Wire.Hex("04 01 00 50 00 00 00 01 75 31 00 61 2E 62 00 FF")).Should().Be(new ServerOutcome
        {
            Step = SocksServerStep.Complete,
            Protocol = SocksProtocol.Socks4,
            Command = SocksCommand.Connect,
            Host = "a.b",
            Port = 80,
            HasCredentials = true,
            User = "7531",
            Consumed = 15,
        });

    [Fact]
    public void An_empty_user_id_is_none() =>
        ServerOutcome.Of(Wire.Socks4a(1, 80, [], "a.b"u8.ToArray())).Should().BeEquivalentTo(new { Step = SocksServerStep.Complete, HasCredentials = false, User = "" });

    [Theory]
    [InlineData("192.0.2.7")]
    [InlineData("0.0.0.0")] // not 4a: its last byte is not 0
    [InlineData("0.0.1.1")]
    [InlineData("127.0.0.1")]
    public void Plain_SOCKS4_carries_an_address(string address) =>
        ServerOutcome.Of(Wire.Socks4(1, IPAddress.Parse(address).GetAddressBytes(), 80, "u"u8.ToArray()))
            .Should().BeEquivalentTo(new { Step = SocksServerStep.Complete, Host = (string?)null, Address = IPAddress.Parse(address), Consumed = 10 });

    [Fact]
    public void A_look_up_is_taken() =>
        ServerOutcome.Of(Wire.Socks4a(0xF0, 0, [], "a.b"u8.ToArray())).Should().BeEquivalentTo(new { Command = SocksCommand.Resolve, Host = "a.b" });

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x02)]
    [InlineData(0x03)]
    [InlineData(0xF1)]
    public void Other_commands_are_rejected(byte command) =>
        ServerOutcome.Of(Wire.Socks4a(command, 80, [], "a.b"u8.ToArray())).Should().BeEquivalentTo(new { Refusal = SocksRefusal.UnsupportedCommand, Sent = Rejected });

    [Theory]
    [InlineData(255, 255, null)]
    [InlineData(256, 1, SocksRefusal.CredentialsTooLong)]
    [InlineData(100_000, 1, SocksRefusal.CredentialsTooLong)]
    [InlineData(1, 256, SocksRefusal.HostTooLong)]
    [InlineData(255, 100_000, SocksRefusal.HostTooLong)]
    [InlineData(1, 0, SocksRefusal.EmptyHost)]
    public void User_id_and_name_have_255_bytes_at_most(int userLength, int hostLength, SocksRefusal? refusal)
    {
        byte[] bytes = Wire.Socks4a(1, 80, Wire.Text(new string('u', userLength)), Wire.Text(new string('h', hostLength)));

        ServerOutcome.Of(bytes).Refusal.Should().Be(refusal);
        ServerOutcome.OfSingleBytes(bytes).Should().Be(ServerOutcome.Of(bytes));
    }

    [Fact]
    public void A_user_id_without_an_end_is_refused_at_its_256th_byte()
    {
        byte[] bytes = [4, 1, 0, 80, 0, 0, 0, 1, .. Wire.Text(new string('u', 256))];

        ServerOutcome.Of(bytes.AsSpan(0, bytes.Length - 1)).Step.Should().Be(SocksServerStep.NeedMore);
        ServerOutcome.Of(bytes).Refusal.Should().Be(SocksRefusal.CredentialsTooLong);
    }

    [Fact]
    public void A_connection_to_port_0_is_rejected() =>
        ServerOutcome.Of(Wire.Socks4a(1, 0, [], "a.b"u8.ToArray())).Should().BeEquivalentTo(new { Refusal = SocksRefusal.InvalidPort, Sent = Rejected });

    [Fact]
    public void Where_credentials_are_required_it_is_rejected_since_it_has_no_password() =>
        ServerOutcome.Of(Wire.Socks4a(1, 80, "alice"u8.ToArray(), "a.b"u8.ToArray()), options: Socks5Tests.Requiring("alice"u8, ""u8))
            .Should().BeEquivalentTo(new { Refusal = SocksRefusal.CredentialsRequired, Sent = Rejected });
}
