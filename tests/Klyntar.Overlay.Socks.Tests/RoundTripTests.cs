using CsCheck;

namespace Klyntar.Overlay.Socks.Tests;

/// <summary>Our client speaks to our server, byte for byte in memory.</summary>
public class RoundTripTests
{
    [Fact]
    public void A_request_arrives_as_it_was_made_and_so_does_the_reply() =>
        Gen.Select(
            Gen.OneOf(Gens.Host, Gens.Address.Select(a => a.ToString())),
            Gens.Port,
            Gen.Select(Gens.Credential, Gens.Credential),
            Gen.Bool,
            Gen.Bool,
            Gen.Byte.Array[0, 100],
            Gen.Enum<DialErrorKind>())
        .Sample((host, port, credentials, hasCredentials, optimistic, payload, failure) =>
        {
            var wish = new SocksClientRequest(host, port)
            {
                Credentials = hasCredentials ? (credentials.Item1, credentials.Item2) : null,
                Optimistic = optimistic,
                Payload = optimistic ? payload : default,
            };
            var client = new SocksClientCodec(wish);
            var server = new SocksServerCodec(SocksServerOptions.Default);

            byte[] rest = Converse(ref client, ref server);

            SocksRequest request = server.Request!;
            (request.Host ?? request.Address!.ToString()).Should().Be(host);
            request.Port.Should().Be(port);
            request.HasCredentials.Should().Be(hasCredentials);
            request.User.ToArray().Should().Equal(hasCredentials ? credentials.Item1 : []);
            request.Password.ToArray().Should().Equal(hasCredentials ? credentials.Item2 : []);
            rest.Should().Equal(wish.Payload.ToArray());
            SocksClientCodec other = client;
            Answer(ref client, SocksReply.Connected(SocksProtocol.Socks5)).IsConnected.Should().BeTrue();
            Answer(ref other, SocksReply.Failed(SocksProtocol.Socks5, failure, extended: true)).Code.Should().Be(failure.ExtendedSocksReply());
        }, iter: 1_000);

    [Fact]
    public void A_look_up_arrives_and_so_does_its_answer() =>
        Gen.Select(Gens.Host, Gens.Address).Sample((host, address) =>
        {
            var forward = new SocksClientCodec(new SocksClientRequest(host, 0) { Command = SocksCommand.Resolve });
            var server = new SocksServerCodec(SocksServerOptions.Default);
            Converse(ref forward, ref server);
            server.Request!.Command.Should().Be(SocksCommand.Resolve);
            Answer(ref forward, SocksReply.Resolved(SocksProtocol.Socks5, address)).BoundAddress.Should().Be(address);

            var reverse = new SocksClientCodec(new SocksClientRequest(address.ToString(), 0) { Command = SocksCommand.ResolvePtr });
            server = new SocksServerCodec(SocksServerOptions.Default);
            Converse(ref reverse, ref server);
            server.Request!.Address.Should().Be(address);
            Answer(ref reverse, SocksReply.ResolvedName(host)).BoundHost.Should().Be(host);
        }, iter: 500);

    [Fact]
    public void A_client_learns_that_its_credentials_are_wrong()
    {
        var client = new SocksClientCodec(new SocksClientRequest("a.b", 80) { Credentials = (Wire.Text("alice"), Wire.Text("wrong")) });
        var server = new SocksServerCodec(Socks5Tests.Requiring("alice"u8, "secret"u8));

        server.Advance(client.TakeOutput().Span, out _).Should().Be(SocksServerStep.Refused);
        Answer(ref client, server.TakeOutput()).End.Should().Be(SocksClientEnd.CredentialsRefused);
    }

    [Fact]
    public void A_client_learns_that_credentials_are_wanted()
    {
        var client = new SocksClientCodec(new SocksClientRequest("a.b", 80));
        var server = new SocksServerCodec(Socks5Tests.Requiring("alice"u8, "secret"u8));

        server.Advance(client.TakeOutput().Span, out _).Should().Be(SocksServerStep.Refused);
        Answer(ref client, server.TakeOutput()).End.Should().Be(SocksClientEnd.MethodRefused);
    }

    /// <summary>Passes messages on until the server has the request.</summary>
    /// <returns>What came after it.</returns>
    private static byte[] Converse(ref SocksClientCodec client, ref SocksServerCodec server)
    {
        while (true)
        {
            ReadOnlySpan<byte> asked = client.TakeOutput().Span;
            asked.IsEmpty.Should().BeFalse("one side always has something to say");
            SocksServerStep step = server.Advance(asked, out int consumed);
            step.Should().NotBe(SocksServerStep.Refused);
            ReadOnlyMemory<byte> answer = server.TakeOutput();
            if (!answer.IsEmpty)
            {
                client.Advance(answer.Span, out _).Should().Be(SocksClientStep.NeedMore);
            }

            if (step == SocksServerStep.Complete)
            {
                return asked[consumed..].ToArray();
            }
        }
    }

    private static SocksClientReply Answer(ref SocksClientCodec client, ReadOnlyMemory<byte> answer)
    {
        client.Advance(answer.Span, out int consumed).Should().Be(SocksClientStep.Done);
        return client.Reply(answer.Span[consumed..]);
    }
}
