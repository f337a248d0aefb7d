using System.Net;
using Klyntar.Overlay.Tests;

namespace Klyntar.Overlay.Socks.Tests;

public class Socks5Tests
{
    private static readonly byte[] Host = Wire.Text("Example.onion");

    [Fact]
    public void A_client_without_credentials_connects_to_a_name()
    {
        ServerOutcome outcome = ServerOutcome.Of(Wire.Hex("05 01 00  05 01 00 03 05 61 2E 62 2D 63 1F 90  47 45 54"));

        outcome.Should().Be(new ServerOutcome
        {
            Step = SocksServerStep.Complete,
            Protocol = SocksProtocol.Socks5,
            Command = SocksCommand.Connect,
            Host = "a.b-c",
            Port = 8080,
            Sent = "0500",
            Consumed = 15,
        });
    }

    [Fact]
    public void A_client_that_offers_both_methods_is_asked_for_credentials()
    {
        ServerOutcome outcome = ServerOutcome.Of([.. Wire.Greeting(0, 2), .. Wire.Password("u"u8, "pw"u8), .. Wire.Request(1, Host, 80)]);

        outcome.Should().BeEquivalentTo(new { Step = SocksServerStep.Complete, Host = "Example.onion", HasCredentials = true, User = "75", Password = "7077", Sent = "05020100" });
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 255)]
    [InlineData(255, 0)]
    [InlineData(1, 1)]
    [InlineData(255, 255)]
    public void Credentials_of_any_length_and_value_are_taken(int userLength, int passwordLength)
    {
        byte[] user = [.. Enumerable.Range(0, userLength).Select(i => (byte)i)];
        byte[] password = [.. Enumerable.Range(0, passwordLength).Select(i => (byte)(255 - i))];
        byte[] bytes = [.. Wire.Greeting(2), .. Wire.Password(user, password), .. Wire.Request(1, Host, 80)];

        foreach (ServerOutcome outcome in (ServerOutcome[])[ServerOutcome.Of(bytes), ServerOutcome.OfSingleBytes(bytes)])
        {
            outcome.Should().BeEquivalentTo(new { Step = SocksServerStep.Complete, HasCredentials = true, User = Convert.ToHexString(user), Password = Convert.ToHexString(password), Consumed = bytes.Length });
        }
    }

    [Theory]
    [InlineData("a.b?peers=192.0.2.1:80,[2001:db8::1]:80", "a.b", "peers=192.0.2.1:80,[2001:db8::1]:80")]
    [InlineData("a.b??", "a.b", "?")]
    public void What_follows_a_name_and_a_question_mark_is_told_apart(string text, string host, string query)
    {
        byte[] socks5 = [.. Wire.Greeting(0), .. Wire.Request(1, Wire.Text(text), 80)];
        byte[] socks4 = Wire.Socks4a(1, 80, [], Wire.Text(text));

        foreach (byte[] bytes in (byte[][])[socks5, socks4])
        {
            ServerOutcome.Of(bytes).Should().BeEquivalentTo(new { Step = SocksServerStep.Complete, Host = host, Query = query, Port = 80 });
            ServerOutcome.OfSingleBytes(bytes).Should().Be(ServerOutcome.Of(bytes));
        }
    }

    [Theory]
    [InlineData("a.b?", SocksRefusal.HostCharacters)]
    [InlineData("?a=b", SocksRefusal.EmptyHost)]
    [InlineData("a.b?a b", SocksRefusal.HostCharacters)]
    [InlineData("a.b?a\r\n", SocksRefusal.HostCharacters)]
    [InlineData("a.b?\u00E9", SocksRefusal.HostCharacters)]
    [InlineData("a/?b=c", SocksRefusal.HostCharacters)]
    [InlineData("192.0.2.1?a=b", SocksRefusal.HostCharacters)]
    [InlineData("[2001:db8::1]?a=b", SocksRefusal.HostCharacters)]
    public void A_query_follows_a_name_alone_and_has_the_characters_of_a_URI(string text, SocksRefusal refusal)
    {
        ServerOutcome.Of([.. Wire.Greeting(0), .. Wire.Request(1, Wire.Text(text), 80)]).Refusal.Should().Be(refusal);
        ServerOutcome.Of(Wire.Socks4a(1, 80, [], Wire.Text(text))).Refusal.Should().Be(refusal);
    }

    [Fact]
    public void A_greeting_without_methods_is_refused() =>
        ServerOutcome.Of(Wire.Hex("05 00")).Should().BeEquivalentTo(new { Refusal = SocksRefusal.NoMethods, Sent = "05FF" });

    [Fact]
    public void A_greeting_with_255_methods_is_read_whole()
    {
        byte[] methods = new byte[255];
        Array.Fill(methods, (byte)0x80);
        ServerOutcome.Of(Wire.Greeting(methods)).Should().BeEquivalentTo(new { Refusal = SocksRefusal.NoAcceptableMethod, Sent = "05FF" });

        methods[254] = 0;
        ServerOutcome.Of(Wire.Greeting(methods)).Should().BeEquivalentTo(new { Step = SocksServerStep.NeedMore, Sent = "0500", Consumed = 257 });
        ServerOutcome.Of(Wire.Greeting(methods).AsSpan(0, 256)).Should().BeEquivalentTo(new { Step = SocksServerStep.NeedMore, Sent = "" });
    }

    [Theory]
    [InlineData(0x02)]
    [InlineData(0x03)]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public void Other_commands_are_answered_07(byte command) =>
        ServerOutcome.Of([.. Wire.Greeting(0), .. Wire.Request(command, Host, 80)])
            .Should().BeEquivalentTo(new { Refusal = SocksRefusal.UnsupportedCommand, Sent = "0500" + "05070001000000000000" });

    [Fact]
    public void An_IPv4_address_arrives_as_one() =>
        ServerOutcome.Of([.. Wire.Greeting(0), .. Wire.RequestV4(1, [192, 0, 2, 7], 65535)])
            .Should().BeEquivalentTo(new { Address = IPAddress.Parse("192.0.2.7"), Host = (string?)null, Port = 65535 });

    [Fact]
    public void An_IPv6_address_arrives_as_one() =>
        ServerOutcome.Of([.. Wire.Greeting(0), .. Wire.RequestV6(1, IPAddress.Parse("2001:db8::9").GetAddressBytes(), 1)])
            .Should().BeEquivalentTo(new { Address = IPAddress.Parse("2001:db8::9"), Host = (string?)null, Port = 1 });

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x02)]
    [InlineData(0x05)]
    [InlineData(0xFF)]
    public void Other_address_types_are_answered_08(byte type) =>
        ServerOutcome.Of([.. Wire.Greeting(0), 5, 1, 0, type, 0, 0, 0])
            .Should().BeEquivalentTo(new { Refusal = SocksRefusal.UnsupportedAddressType, Sent = "0500" + "05080001000000000000" });

    [Fact]
    public void A_look_up_needs_no_port() =>
        ServerOutcome.Of([.. Wire.Greeting(0), .. Wire.Request(0xF0, Host, 0)])
            .Should().BeEquivalentTo(new { Command = SocksCommand.Resolve, Host = "Example.onion", Port = 0 });

    [Fact]
    public void A_reverse_look_up_is_of_an_address()
    {
        ServerOutcome.Of([.. Wire.Greeting(0), .. Wire.RequestV4(0xF1, [192, 0, 2, 7], 0)])
            .Should().BeEquivalentTo(new { Command = SocksCommand.ResolvePtr, Address = IPAddress.Parse("192.0.2.7") });
        ServerOutcome.Of([.. Wire.Greeting(0), .. Wire.Request(0xF1, "192.0.2.7"u8.ToArray(), 0)])
            .Should().BeEquivalentTo(new { Command = SocksCommand.ResolvePtr, Address = IPAddress.Parse("192.0.2.7") });
        ServerOutcome.Of([.. Wire.Greeting(0), .. Wire.Request(0xF1, Host, 0)])
            .Should().BeEquivalentTo(new { Refusal = SocksRefusal.UnsupportedAddressType });
    }

    [Fact]
    public void A_connection_to_port_0_is_refused() =>
        ServerOutcome.Of([.. Wire.Greeting(0), .. Wire.Request(1, Host, 0)])
            .Should().BeEquivalentTo(new { Refusal = SocksRefusal.InvalidPort, Sent = "0500" + "05010001000000000000" });

    [Fact]
    public void A_name_of_255_bytes_is_taken_and_an_empty_one_refused()
    {
        byte[] longest = Wire.Text(new string('a', 255));
        ServerOutcome.Of([.. Wire.Greeting(0), .. Wire.Request(1, longest, 80)]).Host.Should().HaveLength(255);
        ServerOutcome.Of([.. Wire.Greeting(0), .. Wire.Request(1, [], 80)]).Refusal.Should().Be(SocksRefusal.EmptyHost);
    }

    [Theory]
    [InlineData("04 01 00", SocksRefusal.MalformedRequest)]
    [InlineData("05 01 01", SocksRefusal.MalformedRequest)]
    public void A_malformed_request_is_refused(string request, SocksRefusal refusal) =>
        ServerOutcome.Of([.. Wire.Greeting(0), .. Wire.Hex(request)])
            .Should().BeEquivalentTo(new { Refusal = refusal, Sent = "0500" + "05010001000000000000" });

    [Fact]
    public void Credentials_of_another_version_are_refused() =>
        ServerOutcome.Of([.. Wire.Greeting(2), 5, 1])
            .Should().BeEquivalentTo(new { Refusal = SocksRefusal.CredentialsMalformed, Sent = "0502" + "0101" });

    [Fact]
    public void Required_credentials_let_in_who_knows_them()
    {
        SocksServerOptions options = Requiring("alice"u8, "secret"u8);

        ServerOutcome.Of([.. Wire.Greeting(2), .. Wire.Password("alice"u8, "secret"u8), .. Wire.Request(1, Host, 80)], options: options)
            .Step.Should().Be(SocksServerStep.Complete);
    }

    [Theory]
    [InlineData("alice", "Secret")]
    [InlineData("alice", "secret ")]
    [InlineData("alic", "esecret")]
    [InlineData("", "")]
    public void Required_credentials_refuse_others(string user, string password) =>
        ServerOutcome.Of([.. Wire.Greeting(0, 2), .. Wire.Password(Wire.Text(user), Wire.Text(password)), .. Wire.Request(1, Host, 80)], options: Requiring("alice"u8, "secret"u8))
            .Should().BeEquivalentTo(new { Refusal = SocksRefusal.CredentialsWrong, Sent = "0502" + "0101" });

    [Fact]
    public void Required_credentials_refuse_a_client_that_offers_none() =>
        ServerOutcome.Of([.. Wire.Greeting(0), .. Wire.Request(1, Host, 80)], options: Requiring("alice"u8, "secret"u8))
            .Should().BeEquivalentTo(new { Refusal = SocksRefusal.CredentialsRequired, Sent = "05FF" });

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x03)]
    [InlineData(0x06)]
    [InlineData(0x16)] // a TLS hello
    [InlineData((byte)'\r')]
    [InlineData((byte)'c')]
    [InlineData((byte)'@')]
    [InlineData((byte)'[')]
    [InlineData(0xFF)]
    public void Another_first_byte_is_refused_without_an_answer(byte first) =>
        ServerOutcome.Of([first, 1, 0]).Should().BeEquivalentTo(new { Refusal = SocksRefusal.UnknownProtocol, Sent = "" });

    [Fact]
    public void A_request_in_one_piece_costs_the_request_and_the_name()
    {
        byte[] bytes = [.. Wire.Greeting(0), .. Wire.Request(1, Host, 80)];

        long allocated = Allocation.LeastOf(() =>
        {
            var codec = new SocksServerCodec(SocksServerOptions.Default);
            _ = codec.Advance(bytes, out _);
            codec.TakeOutput();
        });

        allocated.Should().BeLessThan(192);
    }

    internal static SocksServerOptions Requiring(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password) =>
        new() { RequiredCredentials = new SocksCredentials((user.ToArray(), password.ToArray())) };
}
