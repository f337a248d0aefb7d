using System.Diagnostics;
using System.Net;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Klyntar.Overlay.AspNetCore.Tests;

/// <summary>What an HttpClient does over overlays, and what it never does.</summary>
public sealed class DialingTests : IAsyncDisposable
{
    private readonly InMemoryOverlay _overlay = new();
    private readonly TestFolder _folder = new();
    private readonly LogCapture _log = new();
    private readonly WatchedClock _clock = new();
    private readonly ScriptedTransport _transport;
    private GatewayHost? _gateway;

    public DialingTests() => _transport = new ScriptedTransport(_overlay.CreateTransport());

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        _folder.Dispose();
        _log.Dispose();
    }

    [Theory]
    [InlineData("http://example.com/", DialErrorKind.NotAnOverlayName)]
    [InlineData("http://localhost/", DialErrorKind.NotAllowed)]
    [InlineData("http://127.0.0.1:1/", DialErrorKind.NotAllowed)]
    [InlineData("http://[::1]:1/", DialErrorKind.NotAllowed)]
    [InlineData("https://example.com/", DialErrorKind.NotAnOverlayName)]
    [InlineData("http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad.onion/", DialErrorKind.NotAnOverlayName)]
    public async Task What_is_no_overlay_name_is_refused_with_the_sentence(string url, DialErrorKind kind)
    {
        using var client = new HttpClient(new OverlayHttpHandler(await GatewayAsync()));

        Func<Task> get = () => client.GetAsync(new Uri(url)).SoonAsync();

        HttpRequestException thrown = (await get.Should().ThrowAsync<HttpRequestException>()).Which;
        thrown.HttpRequestError.Should().Be(HttpRequestError.ConnectionError);
        thrown.Message.Should().Contain(kind.Sentence());
        thrown.InnerException.Should().BeOfType<OverlayDialException>().Which.Error.Kind.Should().Be(kind);
        _transport.Dialled.Should().BeEmpty();
    }

    [Fact]
    public async Task A_failed_dial_tells_the_transports_cause()
    {
        using var client = new HttpClient(new OverlayHttpHandler(await GatewayAsync()));
        _overlay.Faults = new InMemoryFaults { Refusal = DialErrorKind.AuthorizationMissing };

        Func<Task> get = () => client.GetAsync(SomeService()).SoonAsync();

        (await get.Should().ThrowAsync<HttpRequestException>()).Which.Message.Should().Contain(DialErrorKind.AuthorizationMissing.Sentence());
    }

    [Fact]
    public async Task A_dial_ends_with_its_deadline()
    {
        using var client = new HttpClient(new OverlayHttpHandler(await GatewayAsync(), new OverlayDialOptions { DialTimeout = TimeSpan.FromSeconds(7) })) { Timeout = Timeout.InfiniteTimeSpan };
        _overlay.Faults = new InMemoryFaults { NeverAnswers = true };
        Task<HttpResponseMessage> get = client.GetAsync(SomeService());
        await Patience.UntilAsync(() => !_transport.Dialled.IsEmpty);
        _transport.Dialled.Single().Deadline.Remaining.Should().Be(TimeSpan.FromSeconds(7));

        await _clock.PassAsync(TimeSpan.FromSeconds(7));

        Func<Task> answer = () => get.SoonAsync();
        (await answer.Should().ThrowAsync<HttpRequestException>()).Which.InnerException.Should().BeOfType<OverlayDialException>().Which.Error.Kind.Should().Be(DialErrorKind.TimedOut);
    }

    [Fact]
    public async Task A_dial_ends_with_its_callers_patience()
    {
        var factory = new OverlayConnectionFactory(await GatewayAsync());
        _overlay.Faults = new InMemoryFaults { NeverAnswers = true };
        using var impatience = new CancellationTokenSource();
        Task dial = factory.ConnectAsync(new DnsEndPoint(SomeService().Host, 80), impatience.Token).AsTask();
        await Patience.UntilAsync(() => !_transport.Dialled.IsEmpty);

        await impatience.CancelAsync();

        Func<Task> answer = () => dial.SoonAsync();
        (await answer.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(impatience.Token);
    }

    [Fact]
    public async Task A_request_ends_with_its_callers_patience()
    {
        using var client = new HttpClient(new OverlayHttpHandler(await GatewayAsync()));
        _overlay.Faults = new InMemoryFaults { NeverAnswers = true };
        using var impatience = new CancellationTokenSource();
        Task get = client.GetAsync(SomeService(), impatience.Token);
        await Patience.UntilAsync(() => !_transport.Dialled.IsEmpty);

        await impatience.CancelAsync();

        Func<Task> answer = () => get.SoonAsync();
        await answer.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Http3_which_would_go_around_the_gateway_is_refused()
    {
        using var client = new HttpClient(new OverlayHttpHandler(await GatewayAsync()));
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://example.com/") { Version = HttpVersion.Version30 };

        Func<Task> send = () => client.SendAsync(request).SoonAsync();

        (await send.Should().ThrowAsync<HttpRequestException>()).Which.HttpRequestError.Should().Be(HttpRequestError.VersionNegotiationError);
    }

    [Theory]
    [InlineData("https://x/", "1.1", "2.0", HttpVersionPolicy.RequestVersionOrLower)]
    [InlineData("http://x/", "1.1", "1.1", HttpVersionPolicy.RequestVersionExact)]
    [InlineData("https://x/", "2.0", "2.0", HttpVersionPolicy.RequestVersionExact)]
    public async Task A_request_that_allows_higher_versions_allows_none_beyond_2(string url, string version, string passed, HttpVersionPolicy policy)
    {
        using var client = new HttpClient(new OverlayHttpHandler(await GatewayAsync()));
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher };

        Func<Task> send = () => client.SendAsync(request).SoonAsync();

        await send.Should().ThrowAsync<HttpRequestException>();
        (request.Version.ToString(), request.VersionPolicy).Should().Be((passed, policy));
    }

    [Fact]
    public async Task Neither_a_proxy_nor_a_trace_header_goes_with_a_request()
    {
        await using TestApp app = await TestApp.StartAsync(Overlays.InMemory, a => a.MapGet("/", (HttpContext context) => string.Join(' ', context.Request.Headers.Keys.Order())));
        using var client = new HttpClient(new OverlayHttpHandler(app.Visitor, configure: sockets =>
        {
            sockets.UseProxy = true;
            sockets.Proxy = new WebProxy("http://127.0.0.1:1");
            sockets.ActivityHeadersPropagator = DistributedContextPropagator.CreateDefaultPropagator();
        }));
        using Activity activity = new Activity("work").SetIdFormat(ActivityIdFormat.W3C).Start();

        (await client.GetStringAsync(new Uri($"http://{app.Host}:{TestApp.Port}/")).SoonAsync()).Should().Be("Host");
    }

    [Fact]
    public async Task Each_client_has_circuits_of_its_own_however_often_its_handler_is_made_anew()
    {
        GatewayHost gateway = await GatewayAsync();
        _overlay.Faults = new InMemoryFaults { Refusal = DialErrorKind.Refused };
        var services = new ServiceCollection();
        services.AddSingleton(gateway);
        services.AddHttpClient("a").UseOverlay();
        services.AddHttpClient("b").UseOverlay();
        await using ServiceProvider provider = services.BuildServiceProvider();
        await using ServiceProvider again = services.BuildServiceProvider();

        foreach ((ServiceProvider from, string name) in new[] { (provider, "a"), (again, "a"), (provider, "b") })
        {
            using HttpClient client = from.GetRequiredService<IHttpClientFactory>().CreateClient(name);
            Func<Task> get = () => client.GetAsync(SomeService()).SoonAsync();
            await get.Should().ThrowAsync<HttpRequestException>();
        }

        IsolationKey[] keys = [.. _transport.Dialled.Select(d => d.Isolation)];
        keys.Should().HaveCount(3);
        keys[1].Should().Be(keys[0]);
        keys[2].Should().NotBe(keys[0]);
        keys.Should().NotContain(IsolationKey.Shared);
    }

    private Uri SomeService() => new($"http://{_transport.Identities!.Create().Address}/");

    private async Task<GatewayHost> GatewayAsync()
    {
        _gateway = await GatewayHost.StartAsync(
            new GatewayOptions { DataFolder = _folder.Path, Socks = [] },
            new GatewayServices { Catalog = TransportCatalog.Of(new TestFactory(_transport)), Programs = new NoPrograms(), Loggers = _log, Clock = _clock });
        await _gateway.WaitUntilReadyAsync().SoonAsync();
        return _gateway;
    }
}
