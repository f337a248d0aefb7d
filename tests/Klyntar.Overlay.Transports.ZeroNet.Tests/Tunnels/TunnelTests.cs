using System.Security.Cryptography;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class TunnelTests
{
    private readonly FakeService _service = new();
    private readonly ZeroNetPrivateKey _visitor = ZeroNetPrivateKey.Create();

    private ZeroNetAddress Site => _service.Key.Address;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tunnel_carries_bytes_both_ways_and_each_end_by_itself(bool throughKernel)
    {
        (PeerConnection dialled, _) = await Peers.MeetAsync(PeerEncryption.Implicit, await Peers.EndsAsync(throughKernel), acceptor: _service.Gateway());
        (PeerStream? stream, DialError? error) = await TunnelDialler.OpenAsync(dialled, Site, 80, _visitor, default);
        error.Should().BeNull();
        await using TunnelConnection ours = new(new WholeConnection(stream!));
        (TunnelConnection theirs, int port, ZeroNetAddress visitor) = await _service.VisitorAsync();
        (port, visitor).Should().Be((80, _visitor.Address));
        await ours.SayAsync("question");
        await theirs.HearsAsync("question");
        await theirs.SayAsync("answer");
        await ours.HearsAsync("answer");
        await ours.EndAsync();
        (await theirs.ToEndAsync()).Should().Be(0);
        await theirs.SayAsync("after the end");
        await theirs.EndAsync();
        (await ours.ToEndAsync()).Should().Be(13);
        await theirs.DisposeAsync();
        await theirs.Over.Soon();
        theirs.Cause!.Message.Should().Contain("disposed");
    }

    [Fact]
    public async Task What_cannot_be_had_is_refused_by_name_and_the_connection_lives()
    {
        (PeerConnection dialled, PeerConnection accepted) = await MeetAsync(_service.Gateway());
        await using PeerConnection closing = accepted;
        await RefusedAsync(dialled, ZeroNetPrivateKey.Create().Address, 80, DialErrorKind.NotFound, TunnelRefusal.UnknownSite);
        await RefusedAsync(dialled, Site, 79, DialErrorKind.PortClosed, TunnelRefusal.NoSuchPort);
        _service.Places = 0;
        await RefusedAsync(dialled, Site, 80, DialErrorKind.Refused, TunnelRefusal.Busy);
        _service.Places = 1;
        (await dialled.AskAsync(new TunnelOpening(2, Site.Text, 80, new byte[32]), default).Soon()).Error.Should().Be(TunnelRefusal.OtherVersion);
        (await TunnelDialler.OpenAsync(dialled, Site, 80, _visitor, default)).Stream.Should().NotBeNull("refusals leave the connection as it is");

        async Task RefusedAsync(PeerConnection connection, ZeroNetAddress site, int port, DialErrorKind kind, string words)
        {
            (PeerStream? stream, DialError? error) = await TunnelDialler.OpenAsync(connection, site, port, _visitor, default);
            stream.Should().BeNull();
            error!.Kind.Should().Be(kind);
            error.Detail.Should().EndWith(words);
        }
    }

    [Fact]
    public async Task Without_encryption_neither_side_proves_anything()
    {
        (PeerConnection dialled, PeerConnection accepted) = await Peers.MeetAsync(PeerEncryption.None, acceptor: _service.Gateway());
        await using PeerConnection closing = accepted;
        (await dialled.AskAsync(Opening(new byte[32]), default).Soon()).Error.Should().Be(TunnelRefusal.NotEncrypted);
        (await TunnelDialler.OpenAsync(dialled, Site, 80, _visitor, default)).Error!.Kind.Should().Be(DialErrorKind.ProtocolViolation);
        (await dialled.AskAsync(new TunnelProof(_visitor.Address.Text, "x"), default).Soon()).Error.Should().Be(TunnelRefusal.BadProof);
    }

    public static TheoryData<string> Lies => ["another port", "another site", "another channel", "other nonces", "the service's own role", "the service's own proof", "another key", "an earlier tunnel", "no address", "no proof"];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_proof_of_anything_else_is_none(string lie)
    {
        (PeerConnection earlier, PeerConnection other) = await MeetAsync(_service.Gateway());
        string recorded = (await ChallengeAsync(earlier)).ProveVisitor(_visitor);
        await other.DisposeAsync();

        (PeerConnection dialled, PeerConnection accepted) = await MeetAsync(_service.Gateway());
        await using PeerConnection closing = accepted;
        byte[] nonce = TunnelTranscript.CreateNonce();
        TunnelChallenge challenge = await ChallengeAsync(dialled, nonce);
        TunnelTranscript right = new(Site, 80, nonce, challenge.Nonce, dialled.ChannelBinding!.Value);
        TunnelProof proof = lie switch
        {
            "another port" => Proof((right with { Port = 81 }).ProveVisitor(_visitor)),
            "another site" => Proof((right with { Site = _visitor.Address }).ProveVisitor(_visitor)),
            "another channel" => Proof((right with { Channel = RandomNumberGenerator.GetBytes(32) }).ProveVisitor(_visitor)),
            "other nonces" => Proof((right with { VisitorNonce = right.ServiceNonce, ServiceNonce = right.VisitorNonce }).ProveVisitor(_visitor)),
            "the service's own role" => Proof(right.ProveService(_visitor)),
            "the service's own proof" => new TunnelProof(Site.Text, challenge.Proof),
            "another key" => Proof(right.ProveVisitor(ZeroNetPrivateKey.Create())),
            "an earlier tunnel" => Proof(recorded),
            "no address" => new TunnelProof("1", right.ProveVisitor(_visitor)),
            _ => Proof("no proof"),
        };
        (await dialled.AskAsync(proof, default).Soon()).Error.Should().Be(TunnelRefusal.BadProof);

        // Whatever it was, the challenge is used up.
        (await dialled.AskAsync(Proof(right.ProveVisitor(_visitor)), default).Soon()).Error.Should().Be(TunnelRefusal.BadProof);

        TunnelProof Proof(string signature) => new(_visitor.Address.Text, signature);
    }

    [Fact]
    public async Task One_challenge_is_answered_once_and_no_proof_comes_without_one()
    {
        (PeerConnection dialled, PeerConnection accepted) = await MeetAsync(_service.Gateway());
        await using PeerConnection closing = accepted;
        (await dialled.AskAsync(new TunnelProof(_visitor.Address.Text, "x"), default).Soon()).Error.Should().Be(TunnelRefusal.BadProof);

        // A refusal that is nobody's fault uses it up as well.
        _service.Places = 0;
        TunnelTranscript transcript = await ChallengeAsync(dialled);
        TunnelProof proof = new(_visitor.Address.Text, transcript.ProveVisitor(_visitor));
        (await dialled.AskAsync(proof, default).Soon()).Error.Should().Be(TunnelRefusal.Busy);
        _service.Places = 1;
        (await dialled.AskAsync(proof, default).Soon()).Error.Should().Be(TunnelRefusal.BadProof);

        // A new one takes the place of the one before, and one that is refused takes it away.
        TunnelTranscript first = await ChallengeAsync(dialled);
        await ChallengeAsync(dialled);
        (await dialled.AskAsync(new TunnelProof(_visitor.Address.Text, first.ProveVisitor(_visitor)), default).Soon()).Error.Should().Be(TunnelRefusal.BadProof);
        TunnelTranscript last = await ChallengeAsync(dialled);
        (await dialled.AskAsync(new TunnelOpening(1, Site.Text, 79, new byte[32]), default).Soon()).Error.Should().Be(TunnelRefusal.NoSuchPort);
        (await dialled.AskAsync(new TunnelProof(_visitor.Address.Text, last.ProveVisitor(_visitor)), default).Soon()).Error.Should().Be(TunnelRefusal.BadProof);
        _service.Places.Should().Be(1);
    }

    [Theory]
    [InlineData("another key")]
    [InlineData("another certificate")]
    [InlineData("another port")]
    [InlineData("another nonce")]
    [InlineData("a visitor's role")]
    [InlineData("a nonce that is too short")]
    public async Task The_dialler_takes_no_challenge_but_the_services_for_this_tunnel(string lie)
    {
        AnsweringPeer deceiver = new();
        deceiver.Answers[PeerCommands.Tunnel] = (request, _) =>
        {
            TunnelOpening opening = TunnelOpening.Read(request, MessageLimits.BeforeHandshake, out MessageViolation? _)!;
            TunnelTranscript right = new(Site, opening.Port, opening.Nonce, TunnelTranscript.CreateNonce(), deceiver.Asker!.ChannelBinding!.Value);
            ZeroNetPrivateKey key = lie == "another key" ? _visitor : _service.Key;
            TunnelTranscript signed = lie switch
            {
                "another certificate" => right with { Channel = RandomNumberGenerator.GetBytes(32) },
                "another port" => right with { Port = 81 },
                "another nonce" => right with { VisitorNonce = TunnelTranscript.CreateNonce() },
                _ => right,
            };
            ReadOnlyMemory<byte> nonce = lie == "a nonce that is too short" ? right.ServiceNonce[1..] : right.ServiceNonce;
            return new(new PeerAnswer.Fields(new TunnelChallenge(nonce, lie == "a visitor's role" ? signed.ProveVisitor(key) : signed.ProveService(key))));
        };
        (PeerConnection dialled, PeerConnection accepted) = await MeetAsync(deceiver);
        await using PeerConnection closing = accepted;
        (PeerStream? stream, DialError? error) = await TunnelDialler.OpenAsync(dialled, Site, 80, _visitor, default);
        stream.Should().BeNull();
        error!.Kind.Should().Be(DialErrorKind.ProtocolViolation);
        deceiver.Asked.Should().NotContain(asked => asked.StartsWith(PeerCommands.TunnelProof, StringComparison.Ordinal), "the visitor proves nothing to a deceiver");
    }

    [Fact]
    public async Task Words_of_the_other_side_are_not_repeated()
    {
        AnsweringPeer deceiver = new();
        deceiver.Says(PeerCommands.Tunnel, new PeerAnswer.Failure("call 555 \u001b[2J"));
        (PeerConnection dialled, PeerConnection accepted) = await MeetAsync(deceiver);
        await using PeerConnection closing = accepted;
        (await TunnelDialler.OpenAsync(dialled, Site, 80, _visitor, default)).Error!.ToString().Should().NotContain("555");
    }

    public static TheoryData<string> HostileParams => ["nothing", "no version", "no site", "no port", "no nonce", "a short nonce", "a long nonce", "a port too high", "a port below", "a version that is text", "a site that is bytes", "nil"];

    [Theory]
    [MemberData(nameof(HostileParams))]
    public async Task Params_that_cannot_be_read_are_answered_and_the_connection_lives(string fault)
    {
        (PeerConnection dialled, PeerConnection accepted) = await MeetAsync(_service.Gateway());
        await using PeerConnection closing = accepted;
        RawRequest opening = fault switch
        {
            "nothing" => new RawRequest(PeerCommands.Tunnel, 0, static (ref MessagePackWriter _) => { }),
            "no version" => Without("v"),
            "no site" => Without("site"),
            "no port" => Without("port"),
            "no nonce" => Without("nonce"),
            "a short nonce" => With(1, 80, new byte[31]),
            "a long nonce" => With(1, 80, new byte[33]),
            "a port too high" => With(1, 70_000, new byte[32]),
            "a port below" => With(1, -1, new byte[32]),
            "a version that is text" => Other("v", static (ref MessagePackWriter writer) => writer.Write("1")),
            "a site that is bytes" => Other("site", static (ref MessagePackWriter writer) => writer.Write([0xff, 0xfe])),
            _ => Other("nonce", static (ref MessagePackWriter writer) => writer.WriteNil()),
        };
        (await dialled.AskAsync(opening, default).Soon()).Error.Should().StartWith("Invalid params: ").And.NotEndWith(": ");
        (await dialled.AskAsync(new RawRequest(PeerCommands.TunnelProof, 0, static (ref MessagePackWriter _) => { }), default).Soon()).Error.Should().Be(TunnelRefusal.BadProof);
        (await TunnelDialler.OpenAsync(dialled, Site, 80, _visitor, default)).Stream.Should().NotBeNull();
    }

    private static Task<(PeerConnection Dialled, PeerConnection Accepted)> MeetAsync(AnsweringPeer acceptor) => Peers.MeetAsync(PeerEncryption.Implicit, acceptor: acceptor);

    private TunnelOpening Opening(byte[] nonce) => new(TunnelOpening.CurrentVersion, Site.Text, 80, nonce);

    private async Task<TunnelChallenge> ChallengeAsync(PeerConnection dialled, byte[] nonce) =>
        TunnelChallenge.Read(await dialled.AskAsync(Opening(nonce), default).Soon(), MessageLimits.Default, out _)!;

    private async Task<TunnelTranscript> ChallengeAsync(PeerConnection dialled)
    {
        byte[] nonce = TunnelTranscript.CreateNonce();
        return new TunnelTranscript(Site, 80, nonce, (await ChallengeAsync(dialled, nonce)).Nonce, dialled.ChannelBinding!.Value);
    }

    private RawRequest With(long version, long port, byte[] nonce) => new(PeerCommands.Tunnel, 4, (ref MessagePackWriter writer) =>
    {
        writer.Write("v", version);
        writer.Write("site", Site.Text);
        writer.Write("port", port);
        writer.Write("nonce", (ReadOnlyMemory<byte>)nonce);
    });

    private RawRequest Without(string field) => Other(field, null);

    private RawRequest Other(string field, Written.Writing? value) => new(PeerCommands.Tunnel, value is null ? 3 : 4, (ref MessagePackWriter writer) =>
    {
        foreach (string name in new[] { "v", "site", "port", "nonce" })
        {
            if (name == field)
            {
                if (value is not null)
                {
                    writer.Write(name);
                    value(ref writer);
                }

                continue;
            }

            switch (name)
            {
                case "v":
                    writer.Write(name, 1);
                    break;
                case "site":
                    writer.Write(name, Site.Text);
                    break;
                case "port":
                    writer.Write(name, 80);
                    break;
                default:
                    writer.Write(name, (ReadOnlyMemory<byte>)new byte[32]);
                    break;
            }
        }
    });
}
