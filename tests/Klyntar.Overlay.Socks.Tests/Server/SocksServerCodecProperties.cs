using System.Net;
using CsCheck;

namespace Klyntar.Overlay.Socks.Tests;

public class SocksServerCodecProperties
{
    private static readonly SocksServerOptions Strict = Socks5Tests.Requiring("alice"u8, "secret"u8);

    [Fact]
    public void The_outcome_does_not_depend_on_how_the_bytes_are_split() =>
        Gen.Select(Gens.Handshake, Gen.Byte.Array[0, 40], Gens.Pieces, Gen.Bool).Sample((handshake, payload, pieces, strict) =>
        {
            byte[] bytes = [.. handshake, .. payload];
            SocksServerOptions options = strict ? Strict : SocksServerOptions.Default;

            ServerOutcome whole = ServerOutcome.Of(bytes, options: options);

            ServerOutcome.Of(bytes, pieces, options).Should().Be(whole);
            ServerOutcome.OfSingleBytes(bytes, options).Should().Be(whole);
        }, iter: 3_000);

    [Fact]
    public void Any_bytes_give_an_outcome_within_the_caps() =>
        Gen.Select(Gens.Handshake, Gens.Pieces).Sample((bytes, pieces) =>
        {
            ServerOutcome outcome = ServerOutcome.Of(bytes, pieces);

            outcome.Consumed.Should().BeLessThanOrEqualTo(SocksServerCodec.MaxHttpHead);
            (outcome.User.Length / 2).Should().BeLessThanOrEqualTo(255);
            (outcome.Password.Length / 2).Should().BeLessThanOrEqualTo(255);
            (outcome.Sent.Length / 2).Should().BeLessThanOrEqualTo(1024);
            if (outcome.Step == SocksServerStep.Complete)
            {
                (outcome.Host is null).Should().Be(outcome.Address is not null);
                (outcome.Host ?? "a").Should().MatchRegex("^[A-Za-z0-9._-]{1,255}$");
                (outcome.Query ?? "a").Should().MatchRegex("^[!-~]{1,253}$");
            }
        }, iter: 10_000);

    [Fact]
    public void What_follows_a_request_is_not_touched() =>
        Gen.Select(Gen.OneOf(Gens.Socks5, Gens.Socks4, Gens.Http), Gen.Byte.Array[0, 1000], Gens.Pieces).Sample((handshake, payload, pieces) =>
        {
            ServerOutcome outcome = ServerOutcome.Of([.. handshake, .. payload], pieces);
            if (outcome.Step == SocksServerStep.Complete)
            {
                outcome.Consumed.Should().Be(handshake.Length);
            }
        }, iter: 3_000);

    [Fact]
    public void A_request_is_complete_at_its_last_byte_and_not_before() =>
        Gen.OneOf(Gens.Socks5, Gens.Socks4, Gens.Http).Where(h => ServerOutcome.Of(h).Step == SocksServerStep.Complete).Sample(handshake =>
            ServerOutcome.Of(handshake.AsSpan(0, handshake.Length - 1)).Step.Should().Be(SocksServerStep.NeedMore), iter: 1_000);

    [Fact]
    public void SOCKS5_comes_out_as_it_went_in() =>
        Gen.Select(Gens.Credential, Gens.Credential, Gens.Host, Gens.Port, Gens.Pieces).Sample((user, password, host, port, pieces) =>
            ServerOutcome.Of([.. Wire.Greeting(2, 0), .. Wire.Password(user, password), .. Wire.Request(1, Wire.Text(host), port)], pieces)
                .Should().BeEquivalentTo(new { Protocol = SocksProtocol.Socks5, Host = host, Port = port, User = Convert.ToHexString(user), Password = Convert.ToHexString(password) }), iter: 500);

    [Fact]
    public void SOCKS4a_comes_out_as_it_went_in() =>
        Gen.Select(Gen.Byte[1, 255].Array[1, 255], Gens.Host, Gens.Port, Gens.Pieces).Sample((user, host, port, pieces) =>
            ServerOutcome.Of(Wire.Socks4a(1, port, user, Wire.Text(host)), pieces)
                .Should().BeEquivalentTo(new { Protocol = SocksProtocol.Socks4, Host = host, Port = port, HasCredentials = true, User = Convert.ToHexString(user) }), iter: 500);

    [Fact]
    public void HTTP_CONNECT_comes_out_as_it_went_in() =>
        Gen.Select(Gens.Credential, Gens.Credential, Gens.Host, Gens.Port, Gens.Pieces).Sample((someUser, password, host, port, pieces) =>
        {
            // Basic has no way to write a colon in a user name.
            byte[] user = [.. someUser.Where(b => b != ':')];
            ServerOutcome.Of(Wire.Connect($"{host}:{port}", Wire.Basic(user, password)), pieces)
                .Should().BeEquivalentTo(new { Protocol = SocksProtocol.Http, Host = host, Port = port, HasCredentials = true, User = Convert.ToHexString(user), Password = Convert.ToHexString(password) });
        }, iter: 500);

    [Fact]
    public void Addresses_come_out_as_they_went_in_whether_as_bytes_or_as_text() =>
        Gens.Address.Sample(address =>
        {
            byte[] raw = address.GetAddressBytes();
            byte[] binary = raw.Length == 4 ? Wire.RequestV4(1, raw, 80) : Wire.RequestV6(1, raw, 80);
            string text = raw.Length == 4 ? $"{address}" : $"[{address}]";
            foreach (byte[] bytes in (byte[][])[[.. Wire.Greeting(0), .. binary], [.. Wire.Greeting(0), .. Wire.Request(1, Wire.Text(text), 80)], Wire.Connect($"{text}:80")])
            {
                ServerOutcome.Of(bytes).Should().BeEquivalentTo(new { Step = SocksServerStep.Complete, Host = (string?)null, Address = new IPAddress(raw) });
            }
        }, iter: 500);
}
