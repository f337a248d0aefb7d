using System.Net;
using CsCheck;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class RouterTests : IAsyncLifetime
{
    private readonly ScriptedTransport _memory = new(new InMemoryOverlay().CreateTransport());
    private readonly ScriptedTransport _other = new(new InMemoryOverlay(new InMemoryOptions { Name = "other", Suffix = ".oth" }).CreateTransport());

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _memory.DisposeAsync();
        await _other.DisposeAsync();
    }

    private string Address => _memory.Identities!.Create().Address;

    [Fact]
    public void A_name_goes_to_the_transport_that_claims_it_in_whatever_spelling()
    {
        Router router = Make();
        string address = Address;
        string otherAddress = _other.Identities!.Create().Address;

        foreach (string spelling in new[] { address, address.ToUpperInvariant(), address + ".", "www." + address })
        {
            Route route = router.Find(spelling, 80);
            route.Transport!.Name.Should().Be("memory");
            route.EndPoint!.ToString().Should().Be($"{address}:80", spelling);
        }

        router.Find(otherAddress, 1).Transport!.Name.Should().Be("other");
    }

    [Theory]
    [InlineData("example.com", DialErrorKind.NotAnOverlayName)]
    [InlineData("example.com.", DialErrorKind.NotAnOverlayName)]
    [InlineData("EXAMPLE.COM", DialErrorKind.NotAnOverlayName)]
    [InlineData("node", DialErrorKind.NotAnOverlayName)]
    [InlineData("printer.local", DialErrorKind.NotAnOverlayName)]
    [InlineData("xn--bcher-kva.example", DialErrorKind.NotAnOverlayName)]
    [InlineData("mem.example", DialErrorKind.NotAnOverlayName)]
    [InlineData("abc.mem.example", DialErrorKind.NotAnOverlayName)]
    [InlineData("duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion", DialErrorKind.NotAnOverlayName)]
    [InlineData("stats.i2p", DialErrorKind.NotAnOverlayName)]
    [InlineData("wrong.mem", DialErrorKind.InvalidAddress)]
    [InlineData("localhost", DialErrorKind.NotAllowed)]
    [InlineData("LocalHost.", DialErrorKind.NotAllowed)]
    [InlineData("a.b.localhost", DialErrorKind.NotAllowed)]
    [InlineData("127.0.0.1", DialErrorKind.NotAllowed)]
    [InlineData("127.0.0.1.", DialErrorKind.NotAllowed)]
    [InlineData("127.1", DialErrorKind.NotAllowed)]
    [InlineData("127", DialErrorKind.NotAllowed)]
    [InlineData("2130706433", DialErrorKind.NotAllowed)]
    [InlineData("0x7f000001", DialErrorKind.NotAllowed)]
    [InlineData("0X7F.0.0.1", DialErrorKind.NotAllowed)]
    [InlineData("017700000001", DialErrorKind.NotAllowed)]
    [InlineData("0x", DialErrorKind.NotAllowed)]
    [InlineData("256.256.256.256", DialErrorKind.NotAllowed)]
    [InlineData("example.123", DialErrorKind.NotAllowed)]
    [InlineData("169.254.169.254", DialErrorKind.NotAllowed)]
    [InlineData("::1", DialErrorKind.NotAllowed)]
    [InlineData("[::1]", DialErrorKind.NotAllowed)]
    [InlineData("fe80::1%eth0", DialErrorKind.NotAllowed)]
    [InlineData("::ffff:127.0.0.1", DialErrorKind.NotAllowed)]
    [InlineData("", DialErrorKind.InvalidAddress)]
    [InlineData(".", DialErrorKind.InvalidAddress)]
    [InlineData("a b.mem", DialErrorKind.InvalidAddress)]
    [InlineData("a\0.mem", DialErrorKind.InvalidAddress)]
    [InlineData("a\r\nb.mem", DialErrorKind.InvalidAddress)]
    [InlineData("user@host.mem", DialErrorKind.InvalidAddress)]
    [InlineData("bücher.example", DialErrorKind.InvalidAddress)]
    [InlineData("127。0。0。1", DialErrorKind.InvalidAddress)]
    [InlineData("１２７.0.0.1", DialErrorKind.InvalidAddress)]
    public async Task What_no_transport_claims_is_refused_without_asking_anybody(string host, DialErrorKind expected)
    {
        Router router = Make();

        Route route = router.Find(host, 80);
        route.IsFound.Should().BeFalse();
        route.Error!.Kind.Should().Be(expected);
        DialResult dial = await router.DialAsync(new DialRequest(new DnsEndPoint(host.Length == 0 ? "." : host, 80)), CancellationToken.None);
        dial.Error!.Kind.Should().Be(expected);
        _memory.Dialled.Concat(_other.Dialled).Should().BeEmpty();
    }

    [Fact]
    public void Any_text_is_refused_or_claimed_and_nothing_throws()
    {
        Router router = Make();

        Gen.String[0, 300].Sample(host => router.Find(host, 80) is { IsFound: true } or { Error: not null });
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:10.0.0.1")]
    public void An_IP_address_is_refused_in_binary_form_as_well(string address) =>
        Make().Find(IPAddress.Parse(address), 80).Error!.Kind.Should().Be(DialErrorKind.NotAllowed);

    [Fact]
    public void A_name_that_two_transports_claim_is_an_error()
    {
        _other.OnParse = _memory.Parse;

        Route route = Make().Find(Address, 80);

        route.Error!.Kind.Should().Be(DialErrorKind.NotAllowed);
        route.Error.Detail.Should().Be("both memory and other claim this name; switch one of them off");
    }

    [Fact]
    public void A_name_that_makes_a_transport_throw_is_its_own_and_goes_nowhere_else()
    {
        _memory.OnParse = (_, _) => throw new InvalidOperationException();
        _other.OnParse = (host, port) => ParsedHost.NotClaimed;

        // It is no fault of whoever wrote the name.
        Make(new ClearnetOptions { Names = "other" }).Find("example.com", 80).Error.Should().Be(new DialError(DialErrorKind.Internal, "memory", "the transport threw an exception or hangs"));
    }

    [Fact]
    public void Addresses_go_to_the_transport_that_the_configuration_names_for_them_and_names_do_not()
    {
        Router router = Make(new ClearnetOptions { Addresses = "other" });
        OverlayEndPoint claimed = _other.Parse(_other.Identities!.Create().Address, 80).EndPoint!;
        var asked = new List<string>();
        _other.OnParse = (host, _) =>
        {
            asked.Add(host);
            return ParsedHost.Valid(claimed);
        };

        router.Find("127.0.0.1", 80).Transport!.Name.Should().Be("other");
        router.Find("localhost", 80).Transport!.Name.Should().Be("other");
        router.Find(IPAddress.Parse("::ffff:127.0.0.1"), 80).Transport!.Name.Should().Be("other");
        asked.Should().Equal("127.0.0.1", "localhost", "127.0.0.1");
    }

    [Fact]
    public void Other_names_go_to_the_transport_that_the_configuration_names_for_them_and_overlays_names_do_not()
    {
        Router router = Make(new ClearnetOptions { Names = "other" });
        OverlayEndPoint claimed = _other.Parse(_other.Identities!.Create().Address, 80).EndPoint!;
        var asked = new List<string>();
        _other.OnParse = (host, _) =>
        {
            asked.Add(host);
            return ParsedHost.Valid(claimed);
        };

        router.Find("example.com", 80).Transport!.Name.Should().Be("other");
        router.Find(Address, 80).Transport!.Name.Should().Be("memory", "an overlay's claim comes first");
        foreach (string overlays in new[] { "stats.i2p", "x.onion", "X.ONION.", "name.alt", "a.b.loki", "site.bit", "127.0.0.1", "localhost" })
        {
            router.Find(overlays, 80).IsFound.Should().BeFalse(overlays);
        }

        asked.Should().Equal("example.com");
    }

    [Fact]
    public void A_query_goes_to_the_transport_whose_name_it_follows_and_is_refused_where_that_knows_none()
    {
        Router router = Make();
        string address = Address;
        router.Find(new WrittenName(address, null, "a=b"), 80).Error!.Should().Match<DialError>(e => e.Kind == DialErrorKind.InvalidAddress && e.Transport == "memory" && e.Detail!.Contains("have no query"));
        router.Find(new WrittenName("wrong.mem", null, "a=b"), 80).Error!.Detail.Should().NotContain("query", "its host is wrong in any case");
        router.Find(new WrittenName("example.com", null, "a=b"), 80).Error!.Kind.Should().Be(DialErrorKind.NotAnOverlayName);
        router.Find(new WrittenName("127.0.0.1", null, "a=b"), 80).Error!.Kind.Should().Be(DialErrorKind.NotAllowed);

        var asked = new List<string>();
        _memory.OnQuery = (host, port, query) =>
        {
            asked.Add($"{host}:{port}?{query}");
            return _memory.Inner.Parse(host, port);
        };
        router.Find(new WrittenName(address, null, "a=b"), 80).EndPoint!.ToString().Should().Be($"{address}:80");
        asked.Should().Equal($"{address}:80?a=b");
    }

    [Fact]
    public void A_scheme_must_be_the_overlay_of_its_name()
    {
        Router router = Make();
        router.Find(new WrittenName(Address, null, null, "memory"), 80).IsFound.Should().BeTrue();
        router.Find(new WrittenName(Address, null, null, "other"), 80).Error!.Should().Match<DialError>(e => e.Kind == DialErrorKind.InvalidAddress && e.Detail == "it is written as a name on other, and is one on memory");
    }

    [Fact]
    public void What_is_said_to_an_overlay_is_not_for_a_peer_of_that_name()
    {
        Router router = Make();
        router.Peers = static (_, _) => throw new InvalidOperationException("No peer is asked for.");
        router.Find(new WrittenName(Address, null, null, "memory"), 80).IsFound.Should().BeTrue();
    }

    [Fact]
    public void The_transport_for_other_names_has_the_overlays_names_that_it_says_are_its_own_and_no_others()
    {
        OverlayEndPoint claimed = _other.Parse(_other.Identities!.Create().Address, 80).EndPoint!;
        _other.OnSuffixes = () => [".loki"];
        _other.OnParse = (_, _) => ParsedHost.Valid(claimed);
        Router router = Make(new ClearnetOptions { Names = "other" });

        router.Find("a.b.LOKI.", 80).Transport!.Name.Should().Be("other");
        router.Find("example.com", 80).Transport!.Name.Should().Be("other");
        router.Find("x.onion", 80).IsFound.Should().BeFalse();
        router.Find("loki", 80).IsFound.Should().BeFalse();
    }

    [Fact]
    public async Task An_end_point_of_an_overlay_that_is_not_enabled_is_refused()
    {
        OverlayEndPoint foreign = new InMemoryOverlay(new InMemoryOptions { Name = "gone" }).CreateTransport() is var gone
            ? gone.Parse(gone.Identities!.Create().Address, 1).EndPoint! : throw new InvalidOperationException();

        DialResult dial = await Make().DialAsync(new DialRequest(foreign), CancellationToken.None);

        dial.Error!.Kind.Should().Be(DialErrorKind.NotAnOverlayName);
    }

    [Fact]
    public async Task A_dial_that_comes_back_to_a_transport_it_runs_over_is_a_loop()
    {
        Router router = Make();
        _memory.OnDial = (request, token) => router.DialAsync(request with { EndPoint = _other.Parse(_other.Identities!.Create().Address, 1).EndPoint! }, token);
        _other.OnDial = (request, token) => router.DialAsync(request with { EndPoint = _memory.Parse(Address, 1).EndPoint! }, token);

        DialResult dial = await router.DialAsync(new DialRequest(new DnsEndPoint(Address, 1)), CancellationToken.None);

        dial.Error!.Kind.Should().Be(DialErrorKind.Loop);
        _memory.Dialled.Should().ContainSingle().Which.Via.Should().Equal("memory");
        _other.Dialled.Should().ContainSingle().Which.Via.Should().Equal("memory", "other");
    }

    [Fact]
    public async Task A_dial_that_throws_for_its_token_was_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        _memory.OnDial = async (_, token) =>
        {
            await cancelled.CancelAsync();
            token.ThrowIfCancellationRequested();
            return default;
        };

        DialResult dial = await Make().DialAsync(new DialRequest(new DnsEndPoint(Address, 1)), cancelled.Token);

        dial.Error!.Kind.Should().Be(DialErrorKind.Cancelled);
    }

    [Fact]
    public void A_transport_publishes_on_no_transport_that_publishes_on_it()
    {
        TransportSet transports = Set();

        transports.MayCarry("a", "b").Should().BeTrue();
        transports.MayCarry("b", "c").Should().BeTrue();
        transports.MayCarry("a", "b").Should().BeTrue("again is no circle");
        transports.MayCarry("a", "a").Should().BeFalse();
        transports.MayCarry("b", "a").Should().BeFalse();
        transports.MayCarry("c", "a").Should().BeFalse();
        transports.MayCarry("a", "c").Should().BeTrue();
    }

    private TransportSet Set() => TransportSet.CreateAsync(
        new GatewayOptions(),
        new GatewayServices
        {
            Catalog = TransportCatalog.Of(new TestFactory(_memory), new TestFactory(_other)),
            Programs = new NoPrograms(),
            Loggers = NullLoggerFactory.Instance,
        }).GetAwaiter().GetResult();

    private Router Make(ClearnetOptions? clearnet = null) => new(Set(), clearnet ?? new ClearnetOptions(), new GatewayLimits(), TimeProvider.System);
}
