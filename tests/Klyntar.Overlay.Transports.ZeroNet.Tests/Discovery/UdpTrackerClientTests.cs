using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>The client of BitTorrent trackers over UDP, against one on loopback that follows BEP 15 as far as the test wants.</summary>
public sealed class UdpTrackerClientTests : IDisposable
{
    private const long Connection = 0x1122334455667788;

    private static readonly TrackerAnnouncement Told = new("1HeLLo4uzjaLetFx6NH3PMwFP3qbRbTf3D", "-UT3530-klyntartest1", 15441, 30);
    private static readonly byte[] OnePeer = [192, 0, 2, 1, 0x3c, 0x51];

    private readonly WatchedClock _clock = new();
    private readonly Socket _tracker = Bound();

    public void Dispose() => _tracker.Dispose();

    [Fact]
    public async Task A_tracker_is_told_and_its_peers_are_read()
    {
        Task<(TrackerAnswer? Answer, string? Why)> asking = AskAsync();
        (byte[] connect, EndPoint client) = await ReceiveAsync();
        Convert.ToHexStringLower(connect[..12]).Should().Be("0000041727101980" + "00000000");
        await SendAsync(client, ConnectAnswer(connect));
        (byte[] announce, _) = await ReceiveAsync();
        announce.Should().Equal(UdpTracker.Announce(Connection, Transaction(announce), Told));
        await SendAsync(client, AnnounceAnswer(announce, OnePeer));
        (TrackerAnswer? answer, string? why) = await asking;
        why.Should().BeNull();
        answer!.Interval.Should().Be(TimeSpan.FromMinutes(30));
        answer.Peers.Should().Equal(IPEndPoint.Parse("192.0.2.1:15441"));
    }

    [Fact]
    public async Task What_answers_another_request_or_comes_from_somebody_else_is_passed_over()
    {
        using Socket stranger = Bound();
        Task<(TrackerAnswer? Answer, string? Why)> asking = AskAsync();
        (byte[] connect, EndPoint client) = await ReceiveAsync();
        await stranger.SendToAsync(ConnectAnswer(connect, connection: 1), client, TestContext.Current.CancellationToken);
        byte[] guessed = ConnectAnswer(connect, connection: 2);
        guessed[7] ^= 1;
        await SendAsync(client, guessed);
        await SendAsync(client, []);
        await SendAsync(client, ConnectAnswer(connect)[..15]);
        await SendAsync(client, AnnounceAnswer(connect, OnePeer));
        await SendAsync(client, ConnectAnswer(connect));
        (byte[] announce, _) = await ReceiveAsync();
        BinaryPrimitives.ReadInt64BigEndian(announce).Should().Be(Connection);
        await SendAsync(client, ConnectAnswer(announce));
        await SendAsync(client, AnnounceAnswer(announce, OnePeer)[..19]);
        await SendAsync(client, AnnounceAnswer(announce, OnePeer));
        (await asking).Answer!.Peers.Should().ContainSingle();
    }

    [Fact]
    public async Task Of_the_longest_answer_no_more_peers_are_taken_than_there_is_room_for()
    {
        Task<(TrackerAnswer? Answer, string? Why)> asking = AskAsync();
        (byte[] connect, EndPoint client) = await ReceiveAsync();
        await SendAsync(client, ConnectAnswer(connect));
        (byte[] announce, _) = await ReceiveAsync();
        await SendAsync(client, AnnounceAnswer(announce, [.. Enumerable.Repeat(OnePeer, 10_000).SelectMany(static peer => peer)]));
        (await asking).Answer!.Peers.Should().HaveCount(TrackerAnswer.MostPeers);
    }

    [Fact]
    public async Task A_silent_tracker_is_asked_three_times_at_growing_intervals()
    {
        Task<(TrackerAnswer? Answer, string? Why)> asking = AskAsync();
        HashSet<int> transactions = [];
        foreach (int seconds in new[] { 3, 6, 12 })
        {
            transactions.Add(Transaction((await ReceiveAsync()).Datagram));
            asking.IsCompleted.Should().BeFalse();
            await _clock.PassAsync(TimeSpan.FromSeconds(seconds)).Soon();
        }

        (await asking).Why.Should().Be("it does not answer");
        transactions.Should().HaveCount(3, "each request is known by a number of its own");
        _tracker.Available.Should().Be(0);
    }

    [Fact]
    public async Task A_refusal_is_not_the_last_word_since_anybody_may_have_sent_it()
    {
        Task<(TrackerAnswer? Answer, string? Why)> asking = AskAsync();
        (byte[] connect, EndPoint client) = await ReceiveAsync();
        await SendAsync(client, Answer(3, connect, [.. "no"u8]));
        await SendAsync(client, ConnectAnswer(connect));
        (byte[] announce, _) = await ReceiveAsync();
        await SendAsync(client, Answer(3, announce, [.. "no"u8]));
        await SendAsync(client, AnnounceAnswer(announce, OnePeer));
        (await asking).Answer!.Peers.Should().ContainSingle();
    }

    [Fact]
    public async Task Where_nobody_is_that_is_told()
    {
        Socket gone = Bound();
        var place = (IPEndPoint)gone.LocalEndPoint!;
        gone.Dispose();
        (TrackerAnswer? answer, string? why) = await new UdpTrackerClient(_clock).AnnounceAsync(place, Told, TestContext.Current.CancellationToken).Soon();
        answer.Should().BeNull();
        why.Should().NotBeNullOrEmpty();
    }

    private static Socket Bound()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static int Transaction(byte[] request) => BinaryPrimitives.ReadInt32BigEndian(request.AsSpan(12));

    private static byte[] Answer(int action, byte[] request, byte[] rest)
    {
        byte[] answer = [0, 0, 0, (byte)action, .. request.AsSpan(12, 4), .. rest];
        return answer;
    }

    private static byte[] ConnectAnswer(byte[] request, long connection = Connection)
    {
        byte[] id = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(id, connection);
        return Answer(0, request, id);
    }

    private static byte[] AnnounceAnswer(byte[] request, byte[] peers) => Answer(1, request, [0, 0, 0x07, 0x08, 0, 0, 0, 1, 0, 0, 0, 2, .. peers]);

    private Task<(TrackerAnswer? Answer, string? Why)> AskAsync() => new UdpTrackerClient(_clock).AnnounceAsync((IPEndPoint)_tracker.LocalEndPoint!, Told, TestContext.Current.CancellationToken).Soon();

    private async Task<(byte[] Datagram, EndPoint From)> ReceiveAsync()
    {
        byte[] buffer = new byte[2048];
        SocketReceiveFromResult received = await _tracker.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), TestContext.Current.CancellationToken).AsTask().Soon();
        return (buffer[..received.ReceivedBytes], received.RemoteEndPoint);
    }

    private Task<int> SendAsync(EndPoint to, byte[] datagram) => _tracker.SendToAsync(datagram, to, TestContext.Current.CancellationToken).AsTask().Soon();
}
