using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class PeerHandoverTests
{
    public static TheoryData<string, bool> Forms => PeerHandshakeTests.Forms;

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Each_direction_ends_by_itself_in_either_order(string form, bool throughKernel)
    {
        foreach (bool diallerFirst in new[] { true, false })
        {
            TaskCompletionSource<byte[]> got = new();
            AnsweringPeer acceptor = new();
            acceptor.HandsOver("tunnel", async (theirs, token) =>
            {
                byte[] before = diallerFirst ? await theirs.ToEndAsync() : [];
                await theirs.WriteAsync("answer"u8.ToArray(), token);
                await theirs.EndAsync();
                got.SetResult(diallerFirst ? before : await theirs.ToEndAsync());
            });
            (PeerConnection dialled, PeerConnection accepted) = await Peers.MeetAsync(Enum.Parse<PeerEncryption>(form), await Peers.EndsAsync(throughKernel), acceptor: acceptor);
            await using PeerStream ours = (await dialled.AskForStreamAsync(new Asking("tunnel"), default).Soon()).Stream!;
            (await dialled.CauseAsync()).Should().Be(PeerFailure.HandedOver);
            await dialled.DisposeAsync();
            byte[] answer = diallerFirst ? [] : await ours.ToEndAsync();
            await ours.WriteAsync("question"u8.ToArray());
            await ours.EndAsync();
            answer = diallerFirst ? await ours.ToEndAsync() : answer;

            answer.Should().Equal("answer"u8.ToArray());
            (await got.Task.Soon()).Should().Equal("question"u8.ToArray());
            (await accepted.CauseAsync()).Should().Be(PeerFailure.HandedOver);
            (await accepted.AskAsync(EmptyParams.Ping, default).FailureAsync()).Should().Be(PeerFailure.HandedOver);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_cut_is_no_end(string form, bool throughKernel)
    {
        AnsweringPeer acceptor = new();
        acceptor.HandsOver("tunnel", static async (theirs, token) =>
        {
            await theirs.WriteAsync("half"u8.ToArray(), token);
            await theirs.ExactlyAsync(1);
        });
        (PeerConnection dialled, _) = await Peers.MeetAsync(Enum.Parse<PeerEncryption>(form), await Peers.EndsAsync(throughKernel), acceptor: acceptor);
        await using PeerStream ours = (await dialled.AskForStreamAsync(new Asking("tunnel"), default).Soon()).Stream!;
        (await ours.ExactlyAsync(4)).Should().Equal("half"u8.ToArray());
        await ours.WriteAsync(new byte[1]);
        await ours.Awaiting(static stream => stream.ToEndAsync()).Should().ThrowAsync<ConnectionResetException>();
    }

    [Fact]
    public async Task What_comes_in_the_same_segment_as_the_request_or_the_answer_belongs_to_the_stream()
    {
        TaskCompletionSource<byte[]> got = new();
        AnsweringPeer acceptor = new();
        acceptor.HandsOver("tunnel", async (theirs, _) => got.SetResult(await theirs.ExactlyAsync(4)));
        (MemoryEnd dialled, MemoryEnd accepted) = MemoryEnd.Pair();
        await using PeerConnection peer = PeerConnection.Accept(accepted, null, acceptor.For, Peers.Options());
        await new BarePeer(dialled).SendAsync([.. Written.Request(1, EmptyParams.Ping), .. Written.Request(2, new Asking("tunnel")), 1, 2, 3, 0xc1]);
        (await got.Task.Soon()).Should().Equal(1, 2, 3, 0xc1);

        (MemoryEnd opened, MemoryEnd other) = MemoryEnd.Pair();
        BarePeer node = new(other);
        Task<PeerConnection> opening = PeerConnection.OpenAsync(opened, Peers.Dial(PeerEncryption.None), new AnsweringPeer().For, Peers.Options(), default);
        await node.ReadAsync<PeerRequest>();
        await node.AnswerAsync(0, new Handshake { FileServerPort = 1 });
        Task<PeerAnswered> asking = (await opening.Soon()).AskForStreamAsync(new Asking("tunnel"), default);
        PeerRequest request = await node.ReadAsync<PeerRequest>();

        // An answer to this would be taken for the stream's first bytes by a peer that has gone on.
        await node.SendAsync([.. Written.Request(9, EmptyParams.Ping), .. Written.Answer(request.RequestId, new OkAnswer("yours")), 4, 5, 0xc1]);
        await using PeerStream stream = (await asking.Soon()).Stream!;
        (await stream.ExactlyAsync(3)).Should().Equal(4, 5, 0xc1);
        await stream.EndAsync();
        (await node.ReadToEndAsync()).Should().BeEmpty();
    }
}
