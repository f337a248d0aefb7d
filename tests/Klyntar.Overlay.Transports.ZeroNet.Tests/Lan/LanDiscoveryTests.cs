using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>What gateways say to each other on a local network, and to those who mean no good; in virtual time and without sockets.</summary>
public sealed class LanDiscoveryTests : IDisposable
{
    private static readonly IPEndPoint Everybody = new(IPAddress.Parse("192.168.1.255"), LanNode.Port);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(1_795_392_288));
    private readonly ZeroNetAddress _site = ZeroNetPrivateKey.Create().Address;
    private readonly ZeroNetAddress _other = ZeroNetPrivateKey.Create().Address;
    private readonly LanNode _here;
    private readonly LanNode _there;

    public LanDiscoveryTests()
    {
        _here = new LanNode(_folder, _clock, 5);
        _there = new LanNode(_folder, _clock, 7);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_of_each_network_is_asked_at_once_and_every_five_minutes_and_no_question_names_a_site()
    {
        _here.Sites.Add(_site);
        IsQuestion(_here.Lan.TakeDue().Questions);
        (ImmutableArray<LanDatagram> questions, TimeSpan wait) = _here.Lan.TakeDue();
        questions.Should().BeEmpty();
        wait.Should().Be(TimeSpan.FromMinutes(5));
        _clock.Advance(wait - TimeSpan.FromTicks(1));
        _here.Lan.TakeDue().Questions.Should().BeEmpty();
        _clock.Advance(TimeSpan.FromTicks(1));
        IsQuestion(_here.Lan.TakeDue().Questions);
    }

    [Fact]
    public void Who_asks_learns_of_those_who_have_his_sites_and_of_those_he_may_look_for()
    {
        _here.Sites.Add(_site);
        _there.Sites.AddRange([_site, _other]);
        _there.Lan.TakeDue();
        _here.Tell(_there, _here.Lan.TakeDue().Questions)
            .Should().Equal(LanCommand.DiscoverRequest, LanCommand.DiscoverResponse, LanCommand.SiteListRequest, LanCommand.SiteListResponse);

        var there = PeerLocation.Of(_there.Address, _there.Self.Port);
        _here.Peers.Candidates(_site, 16, static _ => true).Should().Equal(there);
        _here.HasMore.Should().Equal(_site);
        _here.Peers.Candidates(_other, 16, static _ => true).Should().BeEmpty("nobody has looked for it here");
        _here.Known.Tell(_other, _here.Peers).Should().Be(1);
        _here.Peers.Candidates(_other, 16, static _ => true).Should().Equal(there);
        _here.Known.Has(there).Should().BeTrue();
        _here.Peers.ToTell(_site, 16, new HashSet<PeerLocation>()).Should().BeEmpty("to others it is an address of somebody's own network");
    }

    [Fact]
    public void A_list_that_was_read_is_asked_for_again_only_once_it_has_changed()
    {
        _there.Lan.TakeDue();
        _here.Tell(_there, _here.Lan.TakeDue().Questions);
        _clock.Advance(TimeSpan.FromMinutes(5));
        _here.Tell(_there, _here.Lan.TakeDue().Questions).Should().Equal(LanCommand.DiscoverRequest, LanCommand.DiscoverResponse);

        _there.Sites.Add(_site);
        ImmutableArray<LanDatagram> news = _there.Lan.TakeDue().Questions;
        news.Select(static datagram => LanMessage.Read(datagram.Bytes)!.Command).Should().Equal(LanCommand.DiscoverRequest, LanCommand.DiscoverResponse);
        news.Should().OnlyContain(static datagram => datagram.To.Equals(Everybody));
        _there.Tell(_here, news).Should().Contain(LanCommand.SiteListResponse);
        _here.Known.Tell(_site, _here.Peers).Should().Be(1);
    }

    [Fact]
    public void A_site_that_is_new_here_is_looked_for_among_those_who_were_heard_before()
    {
        _there.Sites.Add(_site);
        _there.Lan.TakeDue();
        _here.Tell(_there, _here.Lan.TakeDue().Questions);
        _here.HasMore.Should().BeEmpty();
        _here.Sites.Add(_site);
        _here.Lan.TakeDue();
        _here.HasMore.Should().Equal(_site);
        _here.Peers.Candidates(_site, 16, static _ => true).Should().HaveCount(1);
    }

    [Fact]
    public void News_are_told_at_most_every_half_minute()
    {
        _here.Lan.TakeDue();
        _here.Sites.Add(_site);
        (ImmutableArray<LanDatagram> questions, TimeSpan wait) = _here.Lan.TakeDue();
        questions.Should().BeEmpty();
        wait.Should().Be(TimeSpan.FromSeconds(30));
        _clock.Advance(wait);
        _here.Lan.TakeDue().Questions.Should().HaveCount(2);
        _here.Sites.Add(_other);
        _clock.Advance(Second);
        _here.Lan.TakeDue().Questions.Should().BeEmpty();
    }

    [Fact]
    public void Two_gateways_do_not_ask_each_other_without_end()
    {
        int asked = 0;
        for (int second = 0; second < 3_600; second++)
        {
            foreach ((LanNode from, LanNode to) in new[] { (_here, _there), (_there, _here) })
            {
                ImmutableArray<LanDatagram> questions = from.Lan.TakeDue().Questions;
                asked += questions.Length;
                from.Tell(to, questions);
            }

            _clock.Advance(Second);
        }

        asked.Should().BeInRange(24, 27, "each asks every five minutes, and once more when it first hears the other");
    }

    [Fact]
    public async Task Whoever_is_heard_for_the_first_time_is_asked_about_a_second_later()
    {
        using CancellationTokenSource stop = new();
        Channel<ImmutableArray<LanDatagram>> sent = Channel.CreateUnbounded<ImmutableArray<LanDatagram>>();
        TaskCompletionSource never = new();
        WatchedClock clock = new();
        LanNode node = new(_folder, clock, 9);
        Task running = node.Lan.RunAsync(() => never.Task, (datagrams, cancelled) => datagrams.IsEmpty ? Task.CompletedTask : sent.Writer.WriteAsync(datagrams, cancelled).AsTask(), stop.Token);
        IsQuestion(await sent.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Soon());
        await clock.BegunAsync(TimeSpan.FromMinutes(5));
        clock.Advance(TimeSpan.FromMinutes(1));
        Ask(node, "-UT3530-somebodyelse1", 8).Should().ContainSingle();
        await clock.PassAsync(Second).Soon();
        IsQuestion(await sent.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Soon());
        await stop.CancelAsync();
        await running.Invoking(static task => task).Should().ThrowAsync<OperationCanceledException>();
        sent.Reader.TryRead(out _).Should().BeFalse();
    }

    [Fact]
    public void A_flood_of_questions_gets_few_answers_whoever_is_named_as_asker()
    {
        _here.Sites.AddRange(Enumerable.Range(0, 250).Select(static _ => ZeroNetPrivateKey.Create().Address));
        _here.Lan.TakeDue();
        int Flood() => Enumerable.Range(0, 1_000).Sum(i => Say(_here, (LanCommand)(i % 3), $"-UT3530-{i:000000000000}", (byte)(10 + (i % 200)), changed: i).Length);
        Flood().Should().Be(LanLimits.AnswersAtOnce);
        Flood().Should().Be(0);
        _clock.Advance(Second);
        Flood().Should().Be(LanLimits.AnswersPerSecond);
    }

    [Fact]
    public void A_long_list_comes_in_parts_of_a_hundred()
    {
        _here.Sites.AddRange(Enumerable.Range(0, 250).Select(static _ => ZeroNetPrivateKey.Create().Address));
        _here.Lan.TakeDue();
        LanMessage[] parts = [.. Say(_here, LanCommand.SiteListRequest, "a", 8).Select(static datagram => LanMessage.Read(datagram.Bytes)!)];
        parts.Select(static part => part.Sites.Length).Should().Equal(100, 100, 50);
        parts.SelectMany(static part => part.Sites).ToHashSet().SetEquals(_here.Sites.Select(static site => SiteHash.Of(site))).Should().BeTrue();
    }

    [Theory]
    [InlineData("9.9.9.9")]
    [InlineData("192.168.2.7")]
    [InlineData("10.0.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("192.168.1.255")]
    [InlineData("192.168.1.0")]
    [InlineData("255.255.255.255")]
    public void Who_is_no_neighbour_gets_no_answer_and_is_not_remembered(string source)
    {
        _here.Lan.TakeDue();
        foreach (LanCommand command in Enum.GetValues<LanCommand>())
        {
            _here.Lan.Hear(Datagram(command, "a", 26552, 1), new IPEndPoint(IPAddress.Parse(source), 1544)).Should().BeEmpty();
        }

        _here.Known.Count.Should().Be(0);
        _here.Lan.TakeDue().Wait.Should().Be(TimeSpan.FromMinutes(5), "nobody is asked for it");
    }

    [Fact]
    public void What_this_gateway_has_said_itself_is_passed_over()
    {
        _here.Lan.Hear(Datagram(LanCommand.DiscoverRequest, _here.Self.PeerId, 26552, 0), new IPEndPoint(_here.Address, 26552)).Should().BeEmpty();
        _here.Known.Count.Should().Be(0);
    }

    [Fact]
    public void A_thousand_made_up_peers_with_a_thousand_lists_each_take_bounded_room_and_a_real_one_is_heard_again()
    {
        for (int i = 0; i < 1_000; i++)
        {
            Ask(_here, $"{i}", 8);
            Ask(_here, $"{i}", (byte)(10 + (i % 240)));
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        _here.Known.Count.Should().Be(LanLimits.Peers);
        for (int i = 0; i < 20; i++)
        {
            SiteHash[] made = [.. Enumerable.Range(0, 100).Select(j => new SiteHash([.. BitConverter.GetBytes(i), .. BitConverter.GetBytes(j), .. new byte[24]]))];
            _here.Known.Take(new LanSender("999", 26552, 1), new IPAddress([192, 168, 1, 8]), 7, [.. made]).Should().BeTrue();
        }

        _here.Known.Take(new LanSender("999", 26552, 1), new IPAddress([192, 168, 1, 8]), 7, [SiteHash.Of(_site)]);
        _here.Known.Tell(_site, _here.Peers).Should().Be(0, "its list is full");

        _clock.Advance(TimeSpan.FromMinutes(1));
        _there.Sites.Add(_site);
        _there.Lan.TakeDue();
        _here.Tell(_there, _here.Lan.TakeDue().Questions);
        _here.Known.Tell(_site, _here.Peers).Should().Be(1);
    }

    [Fact]
    public void Eight_peers_of_one_machine_are_remembered_and_those_of_others_stay()
    {
        _here.Tell(_there, _here.Lan.TakeDue().Questions);
        for (int i = 0; i < 1_000; i++)
        {
            Ask(_here, $"{i}", 8);
        }

        _here.Known.Count.Should().Be(LanLimits.PeersOfHost + 1);
        _here.Known.Has(PeerLocation.Of(_there.Address, _there.Self.Port)).Should().BeTrue();
    }

    [Fact]
    public void Nobody_takes_another_ones_place_by_his_name()
    {
        _there.Sites.Add(_site);
        _there.Lan.TakeDue();
        _here.Tell(_there, _here.Lan.TakeDue().Questions);
        Say(_here, LanCommand.SiteListResponse, _there.Self.PeerId, 8, changed: 99);
        _here.Known.Tell(_site, _here.Peers).Should().Be(1, "a name counts only together with where it was heard");
        _here.Peers.Candidates(_site, 16, static _ => true).Should().Equal(PeerLocation.Of(_there.Address, _there.Self.Port));
    }

    [Fact]
    public void A_peer_without_a_port_is_answered_and_never_dialled()
    {
        _here.Sites.Add(_site);
        _here.Lan.TakeDue();
        _here.Lan.Hear(Datagram(LanCommand.SiteListResponse, "a", 1, 7, SiteHash.Of(_site)), new IPEndPoint(_there.Address, 1544)).Should().BeEmpty();
        _here.Peers.Candidates(_site, 16, static _ => true).Should().BeEmpty();
        _here.Lan.Hear(Datagram(LanCommand.DiscoverRequest, "a", 1, 0), new IPEndPoint(_there.Address, 1544)).Should().ContainSingle();
    }

    [Fact]
    public void Who_is_no_longer_heard_is_forgotten_after_twenty_minutes()
    {
        _there.Sites.Add(_site);
        _there.Lan.TakeDue();
        _here.Tell(_there, _here.Lan.TakeDue().Questions);
        var there = PeerLocation.Of(_there.Address, _there.Self.Port);
        _clock.Advance(LanLimits.Lifetime - TimeSpan.FromTicks(1));
        _here.Known.Has(there).Should().BeTrue();
        _clock.Advance(TimeSpan.FromTicks(1));
        _here.Known.Has(there).Should().BeFalse();
        _here.Known.Count.Should().Be(0);
        _here.Known.Tell(_site, _here.Peers).Should().Be(0);
        _here.Tell(_there, _here.Lan.TakeDue().Questions).Should().Contain(LanCommand.SiteListResponse, "when it is back, it is asked as one who was never heard");
    }

    [Fact]
    public void On_another_network_those_of_the_last_one_are_forgotten()
    {
        _here.Tell(_there, _here.Lan.TakeDue().Questions);
        _here.Known.Count.Should().Be(1);
        _here.Networks = [LanNetwork.Of(IPAddress.Parse("10.0.0.9"), 24, allowsLoopback: false)!];
        _clock.Advance(TimeSpan.FromSeconds(30));
        _here.Lan.TakeDue();
        _here.Known.Count.Should().Be(0);
        Ask(_here, "a", 7).Should().BeEmpty();
    }

    private static void IsQuestion(ImmutableArray<LanDatagram> datagrams)
    {
        LanDatagram datagram = datagrams.Should().ContainSingle().Subject;
        datagram.To.Should().Be(Everybody);
        LanMessage message = LanMessage.Read(datagram.Bytes)!;
        (message.Command, message.Sites.Length).Should().Be((LanCommand.DiscoverRequest, 0));
    }

    private static ImmutableArray<LanDatagram> Ask(LanNode node, string peerId, byte host) => Say(node, LanCommand.DiscoverRequest, peerId, host);

    private static ImmutableArray<LanDatagram> Say(LanNode node, LanCommand command, string peerId, byte host, long changed = 0) =>
        node.Lan.Hear(Datagram(command, peerId, 26552, changed), new IPEndPoint(new IPAddress([192, 168, 1, host]), 1544));

    private static byte[] Datagram(LanCommand command, string peerId, int port, long changed, params ImmutableArray<SiteHash> sites) =>
        new LanMessage(command, new LanSender(peerId, port, 1544), changed, sites).Write();
}
