using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using CsCheck;
using Klyntar.Overlay.Keys;
using MessagePack;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class SiteRequestsTests : IDisposable
{
    private const long Now = 1_800_000_000;

    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(Now));
    private readonly TestSite _site = TestSite.WithEndPoints();
    private readonly List<ZeroNetAddress> _newer = [];
    private readonly RequestServices _services;

    public SiteRequestsTests()
    {
        SiteShelf shelf = new(_folder.Of("sites"), _clock, NullLogger.Instance);
        shelf.Keep(_site.Address, SiteKind.Followed);
        _site.Files["big.bin"] = RandomNumberGenerator.GetBytes(200_000);
        _site.Bring(shelf, Now - 10);
        _services = new RequestServices
        {
            Shelf = shelf,
            Peers = new SitePeers(_folder.Of("peers"), allowPrivate: false, _clock, new Random(1), NullLogger.Instance),
            ReachesAsync = static (_, port, _) => ValueTask.FromResult(port == 26552),
            HasNewer = (site, _) => _newer.Add(site),
            Trackers = static () => ["zero://192.0.2.1:26552"],
        };
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_comes_in_parts_that_make_the_whole(bool isStream)
    {
        byte[] whole = _site.Files["big.bin"];
        List<byte> got = [];
        for (long location = 0; location < whole.Length;)
        {
            PeerAnswer answer = await Ask(new FileParams(isStream, _site.Address.Text, "big.bin", location, 70_000, whole.Length));
            (ReadOnlyMemory<byte> part, long size, long next) = answer switch
            {
                PeerAnswer.Stream { Head: var head, Bytes: var bytes } => (bytes, head.Size, head.Location),
                PeerAnswer.Fields { Body: FileAnswer file } => (file.Body, file.Size, file.Location),
                _ => throw new InvalidOperationException($"{answer}"),
            };
            size.Should().Be(whole.Length);
            next.Should().Be(location + part.Length);
            part.Length.Should().BeInRange(1, 70_000);
            got.AddRange(part.ToArray());
            location = next;
        }

        got.Should().Equal(whole);
    }

    [Theory]
    [InlineData("content.json", 1, null, null, "")]
    [InlineData("big.bin", 200_000, null, null, "")]
    [InlineData("big.bin", 200_001, null, null, "File read error: Bad file location")]
    [InlineData("big.bin", 9_007_199_254_740_991, null, null, "File read error: Bad file location")]
    [InlineData("big.bin", 0, null, 200_000L, "")]
    [InlineData("big.bin", 0, null, 199_999L, "File read error: File size does not match: 199999B != 200000B")]
    [InlineData("big.bin", 0, 1, 199_999L, "")]
    [InlineData("big.bin", 0, int.MaxValue, 1L, "File read error: File size does not match: 1B != 200000B")]
    [InlineData("missing.html", 0, null, null, "File read error")]
    [InlineData("../../seen/x", 0, null, null, "File read exception")]
    [InlineData("/etc/passwd", 0, null, null, "File read exception")]
    [InlineData("a\\b", 0, null, null, "File read exception")]
    [InlineData("a\0b", 0, null, null, "File read exception")]
    [InlineData("", 0, null, null, "File read exception")]
    public async Task A_file_that_cannot_be_given_is_refused_in_the_words_of_real_nodes(string path, long location, int? readBytes, long? size, string error)
    {
        foreach (bool isStream in new[] { false, true })
        {
            PeerAnswer answer = await Ask(new FileParams(isStream, _site.Address.Text, path, location, readBytes, size));
            ((answer as PeerAnswer.Failure)?.Error ?? "").Should().Be(error);
        }
    }

    [Fact]
    public async Task A_site_that_is_not_kept_is_unknown_to_every_command()
    {
        string site = new TestSite().Address.Text;
        foreach (IRequestBody body in new IRequestBody[]
        {
            new FileParams(false, site, "content.json", 0, null, null), new FileParams(true, site, "content.json", 0, null, null), new PexParams(site, [], 5), new ListModifiedParams(site, 0),
            new UpdateParams(site, "content.json", default, 0), new GetHashfieldParams(site), new SetHashfieldParams(site, []), new FindHashIdsParams(site, [1]), new FindHashIdsParams("\0../..", [1]),
        })
        {
            (await Ask(body)).Should().Be(new PeerAnswer.Failure("Unknown site"), body.Command);
        }
    }

    [Fact]
    public async Task Updates_are_answered_by_their_verdict()
    {
        string Error(PeerAnswer answer) => ((PeerAnswer.Failure)answer).Error;
        string Ok(PeerAnswer answer) => ((OkAnswer)((PeerAnswer.Fields)answer).Body).Ok;
        UpdateParams Sent(byte[] body, long modified = 0) => new(_site.Address.Text, "content.json", body, modified);

        Ok(await Ask(Sent([], Now - 10))).Should().Be("File not changed");
        Ok(await Ask(Sent(_site.Sign(Now - 10)))).Should().Be("File not changed");
        Error(await Ask(Sent(_site.Sign(Now - 11)))).Should().Be($"File content.json invalid: We have newer (Our: {Now - 10}, Sent: {Now - 11})");
        Error(await Ask(Sent(_site.Sign(Now + 100_000), Now + 1))).Should().Be("File content.json invalid: Modify timestamp is in the far future!");
        Error(await Ask(Sent(TestSite.WithEndPoints().Sign(Now)))).Should().Be("File content.json invalid: Wrong site address");
        Error(await Ask(Sent(TestSite.WithEndPoints().Sign(Now, content => content["address"] = _site.Address.Text)))).Should().Be("File content.json invalid: Valid signs: 0/1");
        Error(await Ask(Sent([1, 2, 3]))).Should().Be("File invalid JSON");
        Error(await Ask(Sent(new byte[SiteLimits.ContentBytes + 1]))).Should().Be("File content.json invalid: Content too large");
        Error(await Ask(new UpdateParams(_site.Address.Text, "index.html", default, 0))).Should().Be("Only content.json update allowed");
        _newer.Should().BeEmpty();

        Ok(await Ask(Sent([], Now))).Should().Be("Thanks, file content.json updated!");
        _newer.Should().Equal(_site.Address);
        _site.SetEndPoints(444);
        Ok(await Ask(Sent(_site.Sign(Now), Now))).Should().Be("Thanks, file content.json updated!");
        _newer.Should().HaveCount(2, "its end points are to be fetched from the asker");
        _services.Shelf.Record(_site.Address)!.Record.Should().Be(TestSite.Record(443));
    }

    [Fact]
    public async Task Only_what_is_newer_than_the_asked_time_is_listed()
    {
        async Task<ImmutableDictionary<string, long>> Since(long since) => ((ListModifiedAnswer)((PeerAnswer.Fields)await Ask(new ListModifiedParams(_site.Address.Text, since))).Body).ModifiedFiles;
        (await Since(Now - 11)).Should().BeEquivalentTo(new Dictionary<string, long> { ["content.json"] = Now - 10 });
        (await Since(Now - 10)).Should().BeEmpty();
    }

    [Fact]
    public async Task Peers_are_taken_and_given_but_never_the_askers_own_nor_what_he_knows()
    {
        PackedPeer known = new(PeerAddressKind.IPv4, "1.0.0.1", 15441);
        PackedPeer[] told = [known, new(PeerAddressKind.IPv4, "10.0.0.1", 15441), new(PeerAddressKind.IPv6, "2606:4700::1111", 15441), new(PeerAddressKind.Onion, Onion + ".onion", 15441), new(PeerAddressKind.Onion, new string('a', 56) + ".onion", 15441), new(PeerAddressKind.IPv4, "1.0.0.2", 1)];
        (await Pex(new PeerAsker(IPAddress.Parse("8.8.8.8")), told, 5)).Should().BeEmpty();

        PeerAsker asker = new(IPAddress.Parse("9.9.9.9")) { Handshake = new Handshake { FileServerPort = 15441, IsPortOpen = true } };
        (await Pex(asker, [known], 50)).Select(peer => peer.Host).Should().BeEquivalentTo("2606:4700::1111", Onion + ".onion");
        (await Pex(new PeerAsker(null), [], 50)).Select(peer => peer.Host).Should().BeEquivalentTo("1.0.0.1", "2606:4700::1111", Onion + ".onion", "9.9.9.9");
        (await Pex(new PeerAsker(null), [], 2)).Should().HaveCount(2);
        (await Pex(new PeerAsker(null), [], 0)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("9.9.9.9", 15441, true, null, "9.9.9.9")]
    [InlineData("9.9.9.9", 15441, null, null, "9.9.9.9")]
    [InlineData("::ffff:9.9.9.9", 15441, true, null, "9.9.9.9")]
    [InlineData("9.9.9.9", 15441, false, null, null)]
    [InlineData("9.9.9.9", 0, true, null, null)]
    [InlineData("9.9.9.9", 1, true, null, null)]
    [InlineData("127.0.0.1", 15441, true, null, null)]
    [InlineData(null, 15441, true, null, null)]
    [InlineData(null, 15441, false, Onion, Onion + ".onion")]
    [InlineData(null, 15441, true, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", null)]
    [InlineData(null, 15441, true, "../../x", null)]
    public async Task Whoever_asks_and_can_be_dialled_is_remembered(string? address, int port, bool? isOpen, string? onion, string? host)
    {
        PeerAsker asker = new(address is null ? null : IPAddress.Parse(address)) { Handshake = new Handshake { FileServerPort = port, IsPortOpen = isOpen, Onion = onion } };
        await new SiteRequests(asker, _services).AnswerAsync(Received.One<PeerRequest>(Written.Request(1, new ListModifiedParams(_site.Address.Text, 0))), default);
        _services.Peers.Candidates(_site.Address, 16, static _ => true).Select(peer => peer.Host).Should().Equal(host is null ? [] : [host]);
    }

    [Fact]
    public async Task A_port_is_looked_at_for_its_owner_alone()
    {
        async Task<CheckPortAnswer> Check(string? address, int port) =>
            (CheckPortAnswer)((PeerAnswer.Fields)(await new SiteRequests(new PeerAsker(address is null ? null : IPAddress.Parse(address)), _services)
                .AnswerAsync(Received.One<PeerRequest>(Written.Request(1, new CheckPortParams(port))), TestContext.Current.CancellationToken))!).Body;
        (await Check("1.1.1.1", 26552)).Should().Be(new CheckPortAnswer("open", "1.1.1.1"));
        (await Check("1.1.1.1", 26553)).Should().Be(new CheckPortAnswer("closed", "1.1.1.1"));
        (await Check(null, 26552)).Should().Be(new CheckPortAnswer("closed", null));
    }

    [Fact]
    public async Task An_announcement_is_answered_where_there_is_a_tracker_and_not_known_elsewhere()
    {
        AnnounceParams announcement = new() { Hashes = [SiteHash.BytesOf(_site.Address)], Port = 15441, NeedTypes = ["ipv4"], NeedCount = 5, Add = ["ipv4"] };
        PeerRequest request = Received.One<PeerRequest>(Written.Request(1, announcement));
        (await new SiteRequests(new PeerAsker(IPAddress.Parse("1.1.1.1")), _services).AnswerAsync(request, default)).Should().BeNull();

        RequestServices withTracker = _services with { Tracker = new TrackerTable(_clock, allowPrivate: false) };
        await new SiteRequests(new PeerAsker(IPAddress.Parse("1.1.1.1")), withTracker).AnswerAsync(request, default);
        PeerAnswer? answer = await new SiteRequests(new PeerAsker(IPAddress.Parse("1.0.0.1")), withTracker).AnswerAsync(request, default);
        ((AnnounceAnswer)((PeerAnswer.Fields)answer!).Body).Peers.Single().Should().Equal(new PackedPeer(PeerAddressKind.IPv4, "1.1.1.1", 15441));
    }

    [Fact]
    public async Task An_onions_proof_is_good_on_its_own_connection_only()
    {
        var key = Ed25519ExpandedKey.Create();
        RequestServices services = _services with { Tracker = new TrackerTable(_clock, allowPrivate: false) };
        AnnounceParams first = new() { Hashes = [SiteHash.BytesOf(_site.Address)], Onions = [OnionName.Of(key.PublicKey)], Port = 15441 };
        async Task<string?> SignThis(SiteRequests on, AnnounceParams announcement) =>
            ((AnnounceAnswer)((PeerAnswer.Fields)(await on.AnswerAsync(Received.One<PeerRequest>(Written.Request(1, announcement)), default))!).Body).OnionSignThis;

        SiteRequests mine = new(new PeerAsker(null), services);
        string text = (await SignThis(mine, first))!;
        AnnounceParams proven = first with { OnionSignThis = text, OnionSignatures = [OnionProof.Sign(key, text)!] };
        (await SignThis(new SiteRequests(new PeerAsker(null), services), proven)).Should().NotBeNull("it was given on another connection");
        (await SignThis(mine, proven)).Should().BeNull();
    }

    [Theory]
    [InlineData("getFile", "Invalid params: MissingField")]
    [InlineData("pex", "Invalid params: MissingField")]
    [InlineData("checkport", "Invalid params: MissingField")]
    [InlineData("update", "Invalid params: MissingField")]
    [InlineData("findHashIds", "Invalid params: MissingField")]
    public async Task Params_that_cannot_be_read_are_refused_with_what_is_wrong(string command, string error) =>
        (await Requests().AnswerAsync(Received.One<PeerRequest>(Written.Request(1, new EmptyParams(command))), default)).Should().Be(new PeerAnswer.Failure(error));

    [Fact]
    public async Task Any_params_of_any_command_give_an_answer()
    {
        string[] commands = ["ping", "getFile", "streamFile", "pex", "listModified", "update", "getHashfield", "setHashfield", "findHashIds", "checkport", "getTrackers", "announce"];
        string[] names = ["site", "inner_path", "body", "hashes", "location", "peers", "port"];
        SiteRequests requests = new(new PeerAsker(null), _services with { Tracker = new TrackerTable(_clock, allowPrivate: true) });
        foreach ((string command, string name, byte[] bytes, long number) in Gen.Select(Gen.Int[0, commands.Length - 1].Select(i => commands[i]), Gen.Int[0, names.Length - 1].Select(i => names[i]), Gen.Byte.Array[0, 50], Gen.Long).Array[300].Single())
        {
            PeerRequest request = Written.Params(command, name, (ref MessagePackWriter writer) =>
            {
                if (number % 2 == 0)
                {
                    writer.Write(number);
                }
                else
                {
                    writer.Write(bytes);
                }
            });
            (await requests.AnswerAsync(request, default)).Should().NotBeNull();
        }

        (await requests.AnswerAsync(Received.One<PeerRequest>(Written.Request(1, new EmptyParams("klyntarTunnel"))), default)).Should().BeNull();
    }

    private const string Onion = "coepmsg27ya5wchdadpdytb2cfd5ckvqlxtgtafcire57iuwmz5ejdad";

    private SiteRequests Requests() => new(new PeerAsker(IPAddress.Parse("9.9.9.9")), _services);

    private async Task<PeerAnswer> Ask(IRequestBody body) => (await Requests().AnswerAsync(Received.One<PeerRequest>(Written.Request(1, body)), TestContext.Current.CancellationToken))!;

    private async Task<ImmutableArray<PackedPeer>> Pex(PeerAsker asker, PackedPeer[] peers, int need) =>
        ((PexAnswer)((PeerAnswer.Fields)(await new SiteRequests(asker, _services).AnswerAsync(Received.One<PeerRequest>(Written.Request(1, new PexParams(_site.Address.Text, [.. peers], need))), default))!).Body).Peers;
}
