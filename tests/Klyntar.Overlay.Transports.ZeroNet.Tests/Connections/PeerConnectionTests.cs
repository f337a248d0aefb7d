using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class PeerConnectionTests
{
    [Fact]
    public async Task Five_unknown_commands_are_answered_and_the_sixth_closes_after_a_pause()
    {
        WatchedClock clock = new();
        (BarePeer node, PeerConnection peer, _) = Accept(Peers.Options(clock));
        for (int i = 1; i <= 5; i++)
        {
            await node.AskAsync(i, new Asking("klyntarTunnel"));
            (await node.ReadAsync<PeerResponse>()).Error.Should().Be("Unknown command: klyntarTunnel");
        }

        await node.AskAsync(6, new Asking("klyntarTunnel"));
        await clock.PassAsync(TimeSpan.FromSeconds(10));
        (await peer.CauseAsync()).Should().Be(PeerFailure.UnknownCommands);
        (await node.ReadToEndAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_update_does_not_hold_up_what_follows_it()
    {
        TaskCompletionSource<PeerAnswer?> update = new();
        (BarePeer node, PeerConnection peer, AnsweringPeer requests) = Accept(Peers.Options());
        await using PeerConnection closing = peer;
        requests.Answers["update"] = (_, _) => new(update.Task);
        await node.AskAsync(1, new Asking("update"));
        await node.AskAsync(2, EmptyParams.Ping);
        (await node.ReadAsync<PeerResponse>()).To.Should().Be(2);
        update.SetResult(new PeerAnswer.Failure("later"));
        (await node.ReadAsync<PeerResponse>()).To.Should().Be(1);
    }

    [Theory]
    [InlineData("05", MessageViolation.NotAMap)]
    [InlineData("474554202f20485454502f312e310d0a", MessageViolation.NotAMap)]
    [InlineData("81c6ffffffff", MessageViolation.FrameTooLong)]
    [InlineData("81a161c600020000", MessageViolation.FrameTooLong)]
    public async Task What_is_no_message_closes_at_once(string hex, object violation)
    {
        (BarePeer node, PeerConnection peer, _) = Accept(Peers.Options(encrypts: false));
        await node.SendHexAsync(hex);
        (await peer.Ended.Soon()).Violation.Should().Be((MessageViolation)violation);
    }

    [Fact]
    public async Task Requests_time_out_and_idle_connections_are_closed()
    {
        WatchedClock clock = new();
        (BarePeer node, PeerConnection peer, _) = Accept(Peers.Options(clock));
        await node.AskAsync(1, EmptyParams.Ping);
        await node.ReadAsync<PeerResponse>();
        await clock.BegunAsync(TimeSpan.FromMinutes(5)).Soon();
        Task<PeerResponse> asking = peer.AskAsync(EmptyParams.Ping, default);
        await node.ReadAsync<PeerRequest>();
        clock.Advance(TimeSpan.FromSeconds(10));
        (await asking.FailureAsync()).Should().Be(PeerFailure.TimedOut);
        clock.Advance(TimeSpan.FromMinutes(5));
        (await peer.CauseAsync()).Should().Be(PeerFailure.Idle);
    }

    [Fact]
    public async Task A_message_that_trickles_and_silence_from_the_first_are_ended()
    {
        WatchedClock clock = new();
        (BarePeer node, PeerConnection trickling, _) = Accept(Peers.Options(clock));
        await node.SendAsync(0x83);
        await clock.PassAsync(TimeSpan.FromMinutes(2));
        (await trickling.CauseAsync()).Should().Be(PeerFailure.TimedOut);

        WatchedClock other = new();
        (_, PeerConnection silent, _) = Accept(Peers.Options(other));
        await other.PassAsync(TimeSpan.FromSeconds(30));
        (await silent.CauseAsync()).Should().Be(PeerFailure.TimedOut);
    }

    [Fact]
    public async Task Unasked_answers_are_ignored_up_to_a_few()
    {
        (BarePeer node, PeerConnection peer, _) = Accept(Peers.Options());
        for (int i = 0; i < 9; i++)
        {
            await node.AnswerAsync(77, PingAnswer.Pong);
        }

        (await peer.CauseAsync()).Should().Be(PeerFailure.UnaskedAnswers);
    }

    [Fact]
    public async Task A_file_comes_as_raw_bytes_and_a_lie_about_them_ends_the_connection()
    {
        AnsweringPeer acceptor = new();
        acceptor.Says(PeerCommands.StreamFile, new PeerAnswer.Stream(new StreamAnswer(9, 3, 3), new byte[] { 1, 2, 3 }));
        (PeerConnection dialled, PeerConnection accepted) = await Peers.MeetAsync(PeerEncryption.Implicit, acceptor: acceptor);
        PeerFilePart part = await dialled.AskForFileAsync(new FileParams(true, "1A", "p", 0, 3, null), default).Soon();
        part.Bytes.ToArray().Should().Equal(1, 2, 3);
        (part.Size, part.Location).Should().Be((9, 3));
        (await dialled.AskForFileAsync(new FileParams(true, "1A", "p", 0, 2, null), default).FailureAsync()).Should().Be(PeerFailure.Violation);
        await accepted.DisposeAsync();
    }

    [Fact]
    public async Task A_dialogue_of_a_real_node_is_answered_byte_by_byte_too()
    {
        foreach (int part in new[] { 1, 7, 4096 })
        {
            (BarePeer node, PeerConnection peer, _) = Accept(Peers.Options());
            await using PeerConnection closing = peer;
            byte[] said = Convert.FromHexString(DialogueVectors.Requests[0] + DialogueVectors.Requests[3]);
            foreach (byte[] piece in said.Chunk(part))
            {
                await node.SendAsync(piece);
            }

            (await node.ReadAsync<PeerResponse>()).To.Should().Be(0);
            Convert.ToHexStringLower((await node.ReadAsync<PeerResponse>()).Fields.Span).Should().Be(DialogueVectors.Answers[3]);
        }
    }

    private static (BarePeer Node, PeerConnection Peer, AnsweringPeer Requests) Accept(PeerConnectionOptions options)
    {
        (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
        AnsweringPeer requests = new();
        return (new BarePeer(dialled), PeerConnection.Accept(accepted, Peers.Address, requests.For, options), requests);
    }
}
