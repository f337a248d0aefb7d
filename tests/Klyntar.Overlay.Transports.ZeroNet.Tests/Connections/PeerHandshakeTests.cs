using System.Security.Cryptography;
using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class PeerHandshakeTests
{
    public static TheoryData<string, bool> Forms => new()
    {
        { nameof(PeerEncryption.None), false },
        { nameof(PeerEncryption.None), true },
        { nameof(PeerEncryption.Upgrade), false },
        { nameof(PeerEncryption.Upgrade), true },
        { nameof(PeerEncryption.Implicit), false },
        { nameof(PeerEncryption.Implicit), true },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task In_every_form_two_peers_meet_and_ask_each_other(string form, bool throughKernel)
    {
        PeerEncryption encryption = Enum.Parse<PeerEncryption>(form);
        AnsweringPeer acceptor = new();
        (PeerConnection dialled, PeerConnection accepted) = await Peers.MeetAsync(encryption, await Peers.EndsAsync(throughKernel), acceptor: acceptor);
        PingAnswer.Read(await dialled.AskAsync(EmptyParams.Ping, default).Soon(), MessageLimits.Default, out _).Should().NotBeNull();
        PingAnswer.Read(await accepted.AskAsync(EmptyParams.Ping, default).Soon(), MessageLimits.Default, out _).Should().NotBeNull();

        bool isEncrypted = encryption != PeerEncryption.None;
        (dialled.ChannelBinding?.ToArray() ?? []).Should().Equal(isEncrypted ? Peers.Certificate.Sha256 : []);
        (accepted.ChannelBinding?.ToArray() ?? []).Should().Equal(isEncrypted ? Peers.Certificate.Sha256 : []);
        (acceptor.Asker!.ChannelBinding?.ToArray() ?? []).Should().Equal(isEncrypted ? Peers.Certificate.Sha256 : []);
        acceptor.Asker.Handshake.Should().Be(accepted.Remote);
        dialled.Remote!.Crypt.Should().Be(isEncrypted ? Handshake.Tls : null);
        dialled.Remote.TargetAddress.Should().Be(Peers.Address.ToString());
        accepted.Remote!.TargetAddress.Should().Be("192.0.2.1");

        await dialled.DisposeAsync();
        (await dialled.CauseAsync()).Should().Be(PeerFailure.Disposed);
        (await accepted.CauseAsync()).Should().Be(PeerFailure.Closed);
    }

    [Theory]
    [InlineData(nameof(PeerEncryption.Upgrade))]
    [InlineData(nameof(PeerEncryption.Implicit))]
    public async Task The_certificate_that_is_expected_is_taken_and_no_other(string form)
    {
        PeerEncryption encryption = Enum.Parse<PeerEncryption>(form);
        (MemoryEnd right, MemoryEnd rightAccepted) = MemoryEnd.Pair();
        await using PeerConnection accepted = PeerConnection.Accept(rightAccepted, null, new AnsweringPeer().For, Peers.Options());
        await using PeerConnection dialled = await PeerConnection.OpenAsync(right, Peers.Dial(encryption, Peers.Certificate.Sha256), new AnsweringPeer().For, Peers.Options(), default).Soon();

        AnsweringPeer asked = new();
        (MemoryEnd wrong, MemoryEnd wrongAccepted) = MemoryEnd.Pair();
        await using PeerConnection deceiver = PeerConnection.Accept(wrongAccepted, null, asked.For, Peers.Options());
        (await PeerConnection.OpenAsync(wrong, Peers.Dial(encryption, RandomNumberGenerator.GetBytes(32)), new AnsweringPeer().For, Peers.Options(), default).FailureAsync())
            .Should().Be(PeerFailure.WrongCertificate);
        await deceiver.CauseAsync();
        asked.Asker!.Handshake.Should().Match<Handshake?>(handshake => (handshake == null) == (encryption == PeerEncryption.Implicit));
    }

    [Fact]
    public async Task Where_a_certificate_is_expected_a_peer_in_clear_is_not_spoken_to()
    {
        (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
        await using PeerConnection peer = PeerConnection.Accept(accepted, null, new AnsweringPeer().For, Peers.Options(encrypts: false));
        (await PeerConnection.OpenAsync(dialled, Peers.Dial(PeerEncryption.Upgrade, new byte[32]), new AnsweringPeer().For, Peers.Options(), default).FailureAsync())
            .Should().Be(PeerFailure.NotEncrypted);

        (MemoryEnd unused, MemoryEnd other) = MemoryEnd.Pair();
        (await PeerConnection.OpenAsync(unused, Peers.Dial(PeerEncryption.None, new byte[32]), new AnsweringPeer().For, Peers.Options(), default).FailureAsync())
            .Should().Be(PeerFailure.NotEncrypted);
        (await new BarePeer(other).ReadToEndAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_peer_that_does_not_encrypt_is_told_apart_from_one_that_is_silent()
    {
        // As a real node without TLS does: a record of TLS is no map.
        (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
        await using PeerConnection clear = PeerConnection.Accept(accepted, null, new AnsweringPeer().For, Peers.Options(encrypts: false));
        (await PeerConnection.OpenAsync(dialled, Peers.Dial(PeerEncryption.Implicit), new AnsweringPeer().For, Peers.Options(), default).FailureAsync()).Should().Be(PeerFailure.TlsFailed);
        (await clear.Ended.Soon()).Violation.Should().Be(MessageViolation.NotAMap);

        WatchedClock clock = new();
        (MemoryEnd silent, _) = MemoryEnd.Pair();
        Task<PeerConnection> opening = PeerConnection.OpenAsync(silent, Peers.Dial(PeerEncryption.Implicit), new AnsweringPeer().For, Peers.Options(clock), default);
        await clock.PassAsync(TimeSpan.FromSeconds(30));
        (await opening.FailureAsync()).Should().Be(PeerFailure.TimedOut);
    }

    [Fact]
    public async Task A_peer_in_clear_is_met_in_clear_where_encryption_is_only_offered()
    {
        (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
        await using PeerConnection peer = PeerConnection.Accept(accepted, null, new AnsweringPeer().For, Peers.Options(encrypts: false));
        await using PeerConnection met = await PeerConnection.OpenAsync(dialled, Peers.Dial(PeerEncryption.Upgrade), new AnsweringPeer().For, Peers.Options(), default).Soon();
        met.ChannelBinding.Should().BeNull();
        (await met.AskAsync(EmptyParams.Ping, default).Soon()).Error.Should().BeNull();
    }

    [Fact]
    public async Task A_dialler_says_what_real_nodes_say()
    {
        FakeTimeProvider clock = new(DateTimeOffset.FromUnixTimeSeconds(1795392288));
        PeerConnectionOptions options = Peers.Options(clock) with { Self = new PeerSelf { Clock = clock, IsPortOpen = false, PeerId = "-UT3530-klyntartest1" } };
        foreach ((int place, PeerEncryption encryption) in new[] { (0, PeerEncryption.None), (1, PeerEncryption.Upgrade) })
        {
            (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
            BarePeer node = new(accepted);
            using CancellationTokenSource enough = new();
            Task<PeerConnection> opening = PeerConnection.OpenAsync(dialled, new PeerDial(encryption, "127.0.0.1"), new AnsweringPeer().For, options, enough.Token);
            PeerRequest said = await node.ReadAsync<PeerRequest>();
            Convert.ToHexStringLower(Written.Request(said.RequestId, Handshake.Read(said, MessageLimits.Default, out _)!)).Should().Be(DialogueVectors.Requests[place]);
            await enough.CancelAsync();
            await opening.Awaiting(static t => t.Soon()).Should().ThrowAsync<OperationCanceledException>();
        }
    }

    [Fact]
    public async Task A_refusal_a_lie_and_a_cut_end_a_handshake()
    {
        (await OpenAsync(static node => node.SendAsync(Written.Failure(0, "No")))).Should().Be(PeerFailure.Refused);
        (await OpenAsync(static node => node.AnswerAsync(0, new OkAnswer("no port")))).Should().Be(PeerFailure.Violation);
        (await OpenAsync(static node => node.AnswerAsync(0, new Handshake { FileServerPort = 1, Crypt = Handshake.Tls }))).Should().Be(PeerFailure.Violation);
        (await OpenAsync(static node => node.Connection.DisposeAsync().AsTask())).Should().Be(PeerFailure.Closed);
        (await OpenAsync(static node =>
        {
            node.Connection.Abort(new ConnectionAbortedException());
            return Task.CompletedTask;
        })).Should().Be(PeerFailure.Reset);

        static async Task<PeerFailure> OpenAsync(Func<BarePeer, Task> answer)
        {
            (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
            BarePeer node = new(accepted);
            Task<PeerConnection> opening = PeerConnection.OpenAsync(dialled, Peers.Dial(PeerEncryption.None), new AnsweringPeer().For, Peers.Options(), default);
            await node.ReadAsync<PeerRequest>();
            await answer(node);
            return await opening.FailureAsync();
        }
    }

    [Fact]
    public async Task What_was_slipped_in_before_encryption_does_not_pass_for_encrypted()
    {
        (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
        BarePeer between = new(accepted);
        AnsweringPeer asked = new();
        Task<PeerConnection> opening = PeerConnection.OpenAsync(dialled, Peers.Dial(PeerEncryption.Upgrade), asked.For, Peers.Options(), default);
        await between.ReadAsync<PeerRequest>();
        await between.SendAsync([.. Written.Answer(0, new Handshake { FileServerPort = 1, Crypt = Handshake.Tls }), .. Written.Request(1, EmptyParams.Ping)]);
        (await opening.FailureAsync()).Should().Be(PeerFailure.TlsFailed);
        asked.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task A_handshake_may_come_late_and_again()
    {
        (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
        BarePeer node = new(dialled);
        await using PeerConnection peer = PeerConnection.Accept(accepted, Peers.Address, new AnsweringPeer().For, Peers.Options());
        await node.AskAsync(1, EmptyParams.Ping);
        (await node.ReadAsync<PeerResponse>()).To.Should().Be(1);
        peer.Remote.Should().BeNull();
        foreach (int port in new[] { 5, 6 })
        {
            await node.AskAsync(0, new Handshake { FileServerPort = port });
            Handshake.Read(await node.ReadAsync<PeerResponse>(), MessageLimits.Default, out _)!.CryptSupported.Should().Equal(Handshake.Tls);
            peer.Remote!.FileServerPort.Should().Be(port);
        }
    }
}
