using System.Net;
using CsCheck;
using Klyntar.Overlay.Keys;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class TrackerTableTests
{
    private const int Port = 15441;

    private static readonly byte[] Connection = [1, 2, 3];
    private static readonly ReadOnlyMemory<byte> First = Hash(1);
    private static readonly ReadOnlyMemory<byte> Second = Hash(2);

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private readonly TrackerTable _table;

    public TrackerTableTests() => _table = new TrackerTable(_clock, allowPrivate: false);

    [Fact]
    public void Whoever_announces_is_told_to_others_in_the_order_of_the_hashes_for_forty_minutes()
    {
        Announce("1.1.1.1", First);
        Announce("1.0.0.1", Second);
        Announce("2606:4700::1111", Second).Peers.Should().HaveCount(1);

        Hosts(Announce("9.9.9.9", Second, Hash(3), First)).Should().BeEquivalentTo(new[] { (string[])["1.0.0.1", "2606:4700::1111"], [], ["1.1.1.1"] });
        _clock.Advance(TimeSpan.FromMinutes(39));
        Announce("1.1.1.1", First);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Hosts(Announce("8.8.8.8", Second, First)).Should().BeEquivalentTo(new[] { (string[])[], ["1.1.1.1"] });
        _clock.Advance(TimeSpan.FromMinutes(41));
        Hosts(Announce("7.7.7.7", Second, First)).Should().BeEquivalentTo(new[] { (string[])[], [] });
        _table.Sites.Should().Be(2, "what has ended is taken away");
    }

    [Fact]
    public void Only_the_kinds_that_are_wanted_are_told_under_the_name_that_the_asker_knows()
    {
        Announce("1.1.1.1", First);
        Announce("2606:4700::1111", First);
        Hosts(_table.Announce(Params(First) with { NeedTypes = ["ipv6"] }, IPAddress.Parse("9.9.9.9"), Connection)).Single().Should().Equal("2606:4700::1111");
        AnnounceAnswer old = _table.Announce(Params(First) with { NeedTypes = ["ip4"] }, IPAddress.Parse("9.9.9.9"), Connection);
        old.UsesOldName.Should().BeTrue();
        Hosts(old).Single().Should().Equal("1.1.1.1");
        _table.Announce(Params(First) with { NeedCount = 0 }, IPAddress.Parse("9.9.9.9"), Connection).Peers.Single().Should().BeEmpty();
        _table.Announce(Params(First) with { NeedTypes = [] }, IPAddress.Parse("9.9.9.9"), Connection).Peers.Single().Should().BeEmpty();
    }

    [Theory]
    [InlineData("10.0.0.1", Port, "ipv4")]
    [InlineData("127.0.0.1", Port, "ipv4")]
    [InlineData("1.1.1.1", 1, "ipv4")]
    [InlineData("1.1.1.1", 0, "ipv4")]
    [InlineData("1.1.1.1", Port, "ipv6")]
    [InlineData("1.1.1.1", Port, "onion")]
    [InlineData(null, Port, "ipv4")]
    public void What_nobody_could_dial_or_was_not_to_be_added_is_not(string? address, int port, string add)
    {
        _table.Announce(Params(First) with { Port = port, Add = [add] }, address is null ? null : IPAddress.Parse(address), Connection);
        _table.Sites.Should().Be(0);
        TrackerTable inSandbox = new(_clock, allowPrivate: true);
        inSandbox.Announce(Params(First), IPAddress.Loopback, Connection);
        inSandbox.Sites.Should().Be(1);
    }

    [Fact]
    public void Sites_that_are_not_named_are_forgotten_where_the_announcer_says_so()
    {
        Announce("1.1.1.1", First, Second);
        Announce("1.0.0.1", First);
        _table.Announce(Params(Second) with { DeletesOthers = true }, IPAddress.Parse("1.1.1.1"), Connection);
        Hosts(Announce("9.9.9.9", First, Second)).Should().BeEquivalentTo(new[] { (string[])["1.0.0.1"], ["1.1.1.1"] });
    }

    [Fact]
    public void An_onion_is_added_only_with_a_proof_by_its_key()
    {
        var key = Ed25519ExpandedKey.Create();
        AnnounceParams first = Params(First) with { Onions = [OnionName.Of(key.PublicKey)] };
        string text = _table.Announce(first, null, Connection).OnionSignThis!;
        Hosts(Announce("9.9.9.9", First)).Single().Should().BeEmpty();

        foreach (AnnounceParams wrong in new[]
        {
            first with { OnionSignThis = text },
            first with { OnionSignThis = text, OnionSignatures = [OnionProof.Sign(Ed25519ExpandedKey.Create(), text)!] },
            first with { OnionSignThis = text, OnionSignatures = [OnionProof.Sign(key, text + "0")!] },
            first with { OnionSignThis = text + "0", OnionSignatures = [OnionProof.Sign(key, text + "0")!] },
            first with { OnionSignThis = "1800000000", OnionSignatures = [OnionProof.Sign(key, "1800000000")!] },
            first with { OnionSignThis = text, OnionSignatures = [new OnionSignature(key.PublicKey.ToArray(), new byte[64])] },
        })
        {
            _table.Announce(wrong, null, Connection).OnionSignThis.Should().NotBeNull();
        }

        AnnounceParams proven = first with { OnionSignThis = text, OnionSignatures = [OnionProof.Sign(key, text)!] };
        _table.Announce(proven, null, [9]).OnionSignThis.Should().NotBeNull("the text was given on another connection");
        new TrackerTable(_clock, allowPrivate: false).Announce(proven, null, Connection).OnionSignThis.Should().NotBeNull("or by another process");
        Hosts(Announce("8.8.8.8", First)).Single().Should().NotContain(host => host.EndsWith(".onion", StringComparison.Ordinal));
        _table.Announce(proven, null, Connection).OnionSignThis.Should().BeNull();
        Hosts(Announce("7.7.7.7", First)).Single().Should().Contain(OnionName.Of(key.PublicKey) + ".onion");
    }

    [Fact]
    public void A_text_is_good_for_three_minutes()
    {
        OnionChallenge challenge = new(_clock);
        string text = challenge.Give(Connection);
        _clock.Advance(OnionChallenge.Lifetime);
        challenge.IsGood(text, Connection).Should().BeTrue();
        _clock.Advance(TimeSpan.FromSeconds(1));
        challenge.IsGood(text, Connection).Should().BeFalse();
        Gen.String.Sample(any => !challenge.IsGood(any, Connection));
    }

    [Fact]
    public void One_proof_serves_all_sites_of_its_onion_and_sites_without_one_are_left_out()
    {
        var key = Ed25519ExpandedKey.Create();
        string onion = OnionName.Of(key.PublicKey);
        AnnounceParams announcement = Params(First, Hash(3), Second) with { Onions = [onion, "", onion, onion] };
        string text = _table.Announce(announcement, null, Connection).OnionSignThis!;
        _table.Announce(announcement with { OnionSignThis = text, OnionSignatures = [OnionProof.Sign(key, text)!] }, null, Connection);
        Hosts(Announce("9.9.9.9", First, Hash(3), Second)).Should().BeEquivalentTo(new[] { (string[])[onion + ".onion"], [], [onion + ".onion"] });
    }

    [Fact]
    public void One_source_cannot_fill_a_site_or_the_table()
    {
        for (int port = 2; port < 1_000; port++)
        {
            _table.Announce(Params(First) with { Port = port }, IPAddress.Parse("1.1.1.1"), Connection);
        }

        Announce("1.0.0.1", First);
        TrackerTable other = new(_clock, allowPrivate: false);
        for (int i = 0; i < 5; i++)
        {
            AnnounceParams many = Params([.. Enumerable.Range(i * 1_000, 1_000).Select(Hash)]);
            other.Announce(many, IPAddress.Parse("1.1.1.1"), Connection).Peers.Should().HaveCount(TrackerLimits.SitesAtOnce);
        }

        other.Sites.Should().Be(TrackerLimits.OfSource);
        HashSet<int> ports = [];
        for (int i = 0; i < 50; i++)
        {
            ports.UnionWith(_table.Announce(Params(First) with { Add = [] }, IPAddress.Parse("9.9.9.9"), Connection).Peers.Single().Where(peer => peer.Host == "1.1.1.1").Select(peer => peer.Port));
        }

        ports.Should().HaveCountLessThanOrEqualTo(TrackerLimits.OfSiteAndSource);
        Hosts(Announce("9.9.9.9", First)).Single().Should().Contain("1.0.0.1");
    }

    [Fact]
    public void Whatever_is_announced_the_caps_hold_and_what_has_ended_costs_nobody_his_share()
    {
        Gen.Select(Gen.Byte, Gen.Byte, Gen.Int[0, 60], Gen.Bool).Array[0, 300].Sample(steps =>
        {
            FakeTimeProvider clock = new();
            TrackerTable table = new(clock, allowPrivate: true);
            foreach ((byte host, byte hash, int minutes, bool deletes) in steps)
            {
                clock.Advance(TimeSpan.FromMinutes(minutes / 10));
                AnnounceAnswer answer = table.Announce(Params(Hash(hash)) with { DeletesOthers = deletes }, new IPAddress([10, 0, 0, host]), Connection);
                answer.Peers.Single().Length.Should().BeLessThanOrEqualTo(TrackerLimits.Told);
                answer.Peers.Single().Should().NotContain(peer => peer.Host == $"10.0.0.{host}");
            }

            clock.Advance(TimeSpan.FromHours(1));
            table.Announce(Params(), IPAddress.Loopback, Connection);
            return table.Sites == 0;
        }, iter: 30);
    }

    private static ReadOnlyMemory<byte> Hash(int number)
    {
        byte[] hash = new byte[AnnounceParams.HashBytes];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(28), number);
        return hash;
    }

    private static AnnounceParams Params(params ReadOnlyMemory<byte>[] hashes) =>
        new() { Hashes = [.. hashes], Port = Port, NeedTypes = ["ipv4", "ipv6", "onion"], NeedCount = 30, Add = ["ipv4", "ipv6"] };

    private static string[][] Hosts(AnnounceAnswer answer) => [.. answer.Peers.Select(static site => (string[])[.. site.Select(peer => peer.Host).Order(StringComparer.Ordinal)])];

    private AnnounceAnswer Announce(string address, params ReadOnlyMemory<byte>[] hashes) => _table.Announce(Params(hashes), IPAddress.Parse(address), Connection);
}
