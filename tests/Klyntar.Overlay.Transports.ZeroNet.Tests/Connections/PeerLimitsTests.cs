using System.Net.Security;
using System.Security.Authentication;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class PeerLimitsTests
{
    [Fact]
    public async Task A_peer_that_never_reads_is_cut()
    {
        WatchedClock clock = new();
        (BarePeer node, PeerConnection peer, _) = Accept(Peers.Options(clock), window: 1);
        await node.AskAsync(1, EmptyParams.Ping);
        await clock.PassAsync(TimeSpan.FromMinutes(1)).Soon();
        (await peer.CauseAsync()).Should().Be(PeerFailure.TimedOut);
    }

    [Fact]
    public async Task Requests_beyond_a_rate_wait()
    {
        WatchedClock clock = new();
        (BarePeer node, PeerConnection peer, AnsweringPeer requests) = Accept(Peers.Options(clock) with { RequestBurst = 3, RequestsPerSecond = 2 });
        await using PeerConnection closing = peer;
        for (int i = 1; i <= 5; i++)
        {
            await node.AskAsync(i, EmptyParams.Ping);
        }

        for (int i = 1; i <= 3; i++)
        {
            (await node.ReadAsync<PeerResponse>()).To.Should().Be(i);
        }

        for (int i = 4; i <= 5; i++)
        {
            await clock.BegunAsync(TimeSpan.FromSeconds(0.5)).Soon();
            requests.Asked.Should().HaveCount(i - 1);
            clock.Advance(TimeSpan.FromSeconds(0.5));
            (await node.ReadAsync<PeerResponse>()).To.Should().Be(i);
        }
    }

    [Fact]
    public async Task The_fifth_update_at_once_holds_up_what_follows_it()
    {
        TaskCompletionSource<PeerAnswer?>[] updates = [.. Enumerable.Range(0, 5).Select(static _ => new TaskCompletionSource<PeerAnswer?>())];
        (BarePeer node, PeerConnection peer, AnsweringPeer requests) = Accept(Peers.Options());
        await using PeerConnection closing = peer;
        requests.Answers[PeerCommands.Update] = (request, _) => new(updates[request.RequestId - 1].Task);
        for (int i = 1; i <= 5; i++)
        {
            await node.AskAsync(i, new Asking(PeerCommands.Update));
        }

        await node.AskAsync(6, EmptyParams.Ping);
        updates[2].SetResult(new PeerAnswer.Failure("done"));
        (await node.ReadAsync<PeerResponse>()).To.Should().Be(3, "nothing is answered before one of four is done");
        (await node.ReadAsync<PeerResponse>()).To.Should().Be(6);
        Array.ForEach(updates, static update => update.TrySetResult(new PeerAnswer.Failure("done")));
        List<long> rest = [];
        for (int i = 0; i < 4; i++)
        {
            rest.Add((await node.ReadAsync<PeerResponse>()).To);
        }

        rest.Should().BeEquivalentTo([1L, 2L, 4L, 5L]);
    }

    [Fact]
    public async Task Only_so_many_requests_wait_for_answers()
    {
        (BarePeer node, PeerConnection peer, _) = Accept(Peers.Options() with { Asks = 3 });
        await using PeerConnection closing = peer;
        Task<PeerResponse>[] asking = [.. Enumerable.Range(0, 3).Select(_ => peer.AskAsync(EmptyParams.Ping, default))];
        (await peer.AskAsync(EmptyParams.Ping, default).FailureAsync()).Should().Be(PeerFailure.Busy);
        foreach (Task<PeerResponse> asked in asking)
        {
            await node.AnswerAsync((await node.ReadAsync<PeerRequest>()).RequestId, PingAnswer.Pong);
        }

        await Task.WhenAll(asking).Soon();
        Task<PeerResponse> again = peer.AskAsync(EmptyParams.Ping, default);
        await node.AnswerAsync((await node.ReadAsync<PeerRequest>()).RequestId, PingAnswer.Pong);
        (await again.Soon()).Error.Should().BeNull();
    }

    [Fact]
    public async Task Late_answers_are_no_unasked_ones()
    {
        (BarePeer node, PeerConnection peer, _) = Accept(Peers.Options() with { UnaskedAnswers = 0 });
        await using PeerConnection closing = peer;
        for (int i = 0; i < 20; i++)
        {
            using CancellationTokenSource enough = new();
            Task<PeerResponse> given = peer.AskAsync(EmptyParams.Ping, enough.Token);
            PeerRequest request = await node.ReadAsync<PeerRequest>();
            await enough.CancelAsync();
            await given.Awaiting(static task => task.Soon()).Should().ThrowAsync<OperationCanceledException>();
            await node.AnswerAsync(request.RequestId, PingAnswer.Pong);
        }

        Task<PeerResponse> asking = peer.AskAsync(EmptyParams.Ping, default);
        long id = (await node.ReadAsync<PeerRequest>()).RequestId;
        await node.AnswerAsync(id, PingAnswer.Pong);
        (await asking.Soon()).To.Should().Be(id);
        await node.AnswerAsync(id, PingAnswer.Pong);
        (await peer.CauseAsync()).Should().Be(PeerFailure.UnaskedAnswers, "the same answer again was not asked for");
    }

    [Theory]
    [InlineData(3, 9, 3, null)]
    [InlineData(4, 9, 4, PeerFailure.Violation)]
    [InlineData(3, 9, 4, PeerFailure.Violation)]
    [InlineData(3, 2, 3, PeerFailure.Violation)]
    public async Task A_lie_about_a_file_ends_the_connection(int length, int size, int location, object? failure)
    {
        AnsweringPeer acceptor = new();
        acceptor.Says(PeerCommands.GetFile, new PeerAnswer.Fields(new FileAnswer(new byte[length], size, location)));
        (PeerConnection dialled, PeerConnection accepted) = await Peers.MeetAsync(PeerEncryption.None, acceptor: acceptor);
        Task<PeerFilePart> asking = dialled.AskForFileAsync(new FileParams(false, "1A", "p", 0, 3, null), default);
        if (failure is null)
        {
            (await asking.Soon()).Bytes.Length.Should().Be(length);
        }
        else
        {
            (await asking.FailureAsync()).Should().Be((PeerFailure)failure);
            (await dialled.CauseAsync()).Should().Be((PeerFailure)failure);
        }

        await dialled.DisposeAsync();
        await accepted.DisposeAsync();
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task The_dialogue_of_a_real_client_inside_encryption_is_answered(SslProtocols version)
    {
        (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
        await using PeerConnection peer = PeerConnection.Accept(accepted, Peers.Address, new AnsweringPeer().For, Peers.Options());
        await using SslStream tls = new(new RawStream(dialled));
        SslClientAuthenticationOptions options = PeerTls.Client(static (_, certificate, _, _) => certificate?.GetRawCertData().SequenceEqual(Peers.Certificate.Context.TargetCertificate.RawData) == true);
        options.EnabledSslProtocols = version;
        await tls.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken).Soon();
        tls.SslProtocol.Should().Be(version);

        // The handshake that real clients send inside, and a ping.
        await tls.WriteAsync(Convert.FromHexString(DialogueVectors.Requests[2] + DialogueVectors.Requests[3]), TestContext.Current.CancellationToken);
        byte[] pong = Convert.FromHexString(DialogueVectors.Answers[3]);
        List<byte> heard = [];
        while (heard.Count < pong.Length || !heard[^pong.Length..].SequenceEqual(pong))
        {
            heard.AddRange(await tls.ExactlyAsync(1));
        }

        Handshake answer = Handshake.Read(Received.One<PeerResponse>(Convert.ToHexStringLower([.. heard[..^pong.Length]])), MessageLimits.Default, out _)!;
        answer.Crypt.Should().Be(Handshake.Tls);
        peer.Remote!.Crypt.Should().Be(Handshake.Tls);
        peer.ChannelBinding!.Value.ToArray().Should().Equal(Peers.Certificate.Sha256);
    }

    private static (BarePeer Node, PeerConnection Peer, AnsweringPeer Requests) Accept(PeerConnectionOptions options, int window = 64 * 1024)
    {
        (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair(window);
        AnsweringPeer requests = new();
        return (new BarePeer(dialled), PeerConnection.Accept(accepted, Peers.Address, requests.For, options), requests);
    }
}
