using System.Net;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.AspNetCore.Tests;

/// <summary>How an application's end points begin and end.</summary>
public sealed class ListeningTests
{
    public static TheoryData<Overlays> All { get; } = [.. Enum.GetValues<Overlays>()];

    [Theory]
    [MemberData(nameof(All))]
    public async Task An_overlay_and_an_ordinary_end_point_in_one_Kestrel_are_kept_apart(Overlays kind)
    {
        var road = Road.Of(kind);
        await using TestApp app = await TestApp.StartAsync(
            road,
            a => a.MapGet("/", (HttpContext context) => $"{context.Features.Get<IOverlayVisitorFeature>()?.Service} {context.Connection.RemoteIpAddress}"),
            kestrel =>
            {
                kestrel.Listen(IPAddress.Loopback, 0);
                kestrel.ListenOverlay(TestApp.ServiceName, TestApp.Port, road.Name);
                kestrel.Listen(IPAddress.Loopback, 0);
            });
        app.App.Urls.Should().HaveCount(3).And.Contain("http://overlay:shop:8080", "it names the service and not its address");
        using var plain = new HttpClient();
        foreach (string url in app.App.Urls.Where(u => u.StartsWith("http://127.0.0.1:", StringComparison.Ordinal)))
        {
            (await plain.GetStringAsync(new Uri(url)).SoonAsync()).Should().Be(" 127.0.0.1");
        }

        (await app.CreateClient().GetStringAsync("/").SoonAsync()).Should().Be("shop ");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_ports_of_a_service_are_end_points_of_their_own_at_one_address(Overlays kind)
    {
        var road = Road.Of(kind);
        await using TestApp app = await TestApp.StartAsync(
            road,
            a => a.MapGet("/", (HttpContext context) => $"{context.Features.Get<IOverlayVisitorFeature>()!.EndPoint.Port}"),
            kestrel => kestrel.ListenOverlay(new OverlayService { Name = TestApp.ServiceName, On = [road.Name], Ports = [TestApp.Port, 8081] }));

        app.Gateway.Status.Current.Services.Single().Ports.Should().HaveCount(2).And.OnlyContain(p => p.Host == app.Host && p.Target == "this program");
        (await app.CreateClient().GetStringAsync("/").SoonAsync()).Should().Be("8080");
        (await app.CreateClient(8081).GetStringAsync("/").SoonAsync()).Should().Be("8081");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Stopping_lets_nobody_in_and_finishes_what_is_under_way(Overlays kind)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestApp app = await TestApp.StartAsync(kind, a => a.MapGet("/", async () =>
        {
            entered.SetResult();
            await goOn.Task;
            return new string('x', 1_000_000);
        }));
        string host = app.Host;
        Task<string> answer = app.CreateClient().GetStringAsync("/");
        await entered.Task.SoonAsync();

        Task stopping = app.App.StopAsync();
        await app.Gateway.UntilAsync(s => s.Services.Single().State == ServiceState.Stopped);
        Func<Task> visit = async () => await new OverlayConnectionFactory(app.Visitor).ConnectAsync(new DnsEndPoint(host, TestApp.Port)).SoonAsync();
        await visit.Should().ThrowAsync<OverlayDialException>();
        stopping.IsCompleted.Should().BeFalse("a request is under way");
        goOn.SetResult();

        (await answer.SoonAsync()).Should().HaveLength(1_000_000);
        await stopping.SoonAsync();
        app.Log.Lines.Should().NotContain(l => l.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_service_that_a_transport_refuses_fails_the_start_with_its_sentence()
    {
        var road = Road.Of(Overlays.InMemory);
        var transport = new ScriptedTransport(road.Memory.CreateTransport())
        {
            OnPublish = (_, _) => new(new PublishError(PublishErrorKind.InvalidOptions, "It is Tuesday. Wait until tomorrow.")),
        };
        await using TestApp app = await TestApp.BuildAsync(road, _ => { }, transport: transport);

        Func<Task> start = () => app.App.StartAsync().SoonAsync();

        (await start.Should().ThrowAsync<OverlayException>()).WithMessage("The service shop cannot be published on memory: It is Tuesday. Wait until tomorrow.");
    }

    [Fact]
    public async Task A_service_on_a_transport_that_could_not_start_fails_the_start_with_the_cause()
    {
        var road = Road.Of(Overlays.InMemory);
        var transport = new ScriptedTransport(road.Memory.CreateTransport()) { OnStart = _ => throw new OverlayException("There is no tor. Install it.") };
        await using TestApp app = await TestApp.BuildAsync(road, _ => { }, transport: transport);

        Func<Task> start = () => app.App.StartAsync().SoonAsync();

        (await start.Should().ThrowAsync<OverlayException>()).WithMessage("*shop*memory has failed: There is no tor. Install it.");
    }

    [Fact]
    public async Task A_transport_that_is_not_there_fails_the_start_with_what_to_write_instead()
    {
        await using TestApp app = await TestApp.BuildAsync(Road.Of(Overlays.InMemory), _ => { }, kestrel => kestrel.ListenOverlay("shop", 80, "memroy"));

        Func<Task> start = () => app.App.StartAsync().SoonAsync();

        (await start.Should().ThrowAsync<ConfigurationException>()).WithMessage("*services.shop.on[0]: There is no transport \"memroy\". Did you mean \"memory\"?");
    }

    [Fact]
    public async Task Two_services_of_one_name_fail_the_start()
    {
        await using TestApp app = await TestApp.BuildAsync(Road.Of(Overlays.InMemory), _ => { }, kestrel =>
        {
            kestrel.ListenOverlay("shop", 80, "memory");
            kestrel.ListenOverlay("shop", 81, "memory");
        });

        Func<Task> start = () => app.App.StartAsync().SoonAsync();

        (await start.Should().ThrowAsync<OverlayException>()).WithMessage("The service shop is published already.*");
    }

    [Fact]
    public async Task Visitors_come_again_under_the_same_address_after_the_helper_was_lost()
    {
        var clock = new FakeTimeProvider();
        var road = Road.Of(Overlays.LikeTor, clock);
        InMemoryTransport transport = road.Memory.CreateTransport();
        await using TestApp app = await TestApp.StartAsync(road, a => a.MapGet("/", () => "here"), transport: transport);
        HttpClient client = app.CreateClient();
        (await client.GetStringAsync("/").SoonAsync()).Should().Be("here");

        transport.LoseHelper(TimeSpan.FromSeconds(1));
        await app.Gateway.UntilAsync(s => s.Services.Single().State == ServiceState.Degraded);
        clock.Advance(TimeSpan.FromSeconds(1));
        await app.Gateway.UntilAsync(s => s.IsReady);

        (await client.GetStringAsync("/").SoonAsync()).Should().Be("here");
    }

    [Fact]
    public async Task Visitors_beyond_the_limit_are_turned_away_and_the_others_stay()
    {
        var road = Road.Of(Overlays.InMemory);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestApp app = await TestApp.StartAsync(
            road,
            a => a.MapGet("/", async () =>
            {
                entered.SetResult();
                await goOn.Task;
                return "here";
            }),
            kestrel => kestrel.ListenOverlay(new OverlayService { Name = TestApp.ServiceName, On = [road.Name], Ports = [TestApp.Port], Visitors = 1 }));
        Task<string> first = app.CreateClient().GetStringAsync("/");
        await entered.Task.SoonAsync();

        Func<Task> second = () => app.CreateClient().GetStringAsync("/").SoonAsync();
        await second.Should().ThrowAsync<HttpRequestException>();

        goOn.SetResult();
        (await first.SoonAsync()).Should().Be("here");
    }

    [Fact]
    public async Task What_an_application_does_never_runs_on_the_engines_loop()
    {
        Assert.SkipWhen(SocketEngine.Linux is null, "The portable engine has no loop.");
        List<string?> threads = [];
        await using TestApp app = await TestApp.StartAsync(Overlays.Loopback, a => a.MapPost("/", async (HttpContext context) =>
        {
            threads.Add(Thread.CurrentThread.Name);
            byte[] buffer = new byte[4096];
            while (await context.Request.Body.ReadAsync(buffer) is > 0 and int read)
            {
                threads.Add(Thread.CurrentThread.Name);
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read));
                threads.Add(Thread.CurrentThread.Name);
            }
        }));
        await using Stream visit = await app.ConnectAsync();
        threads.Add(Thread.CurrentThread.Name);
        await visit.WriteAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n"u8.ToArray());
        byte[] answer = new byte[4096];
        for (int i = 0; i < 50; i++)
        {
            await visit.WriteAsync("x"u8.ToArray());
            (await visit.ReadAsync(answer).SoonAsync()).Should().BePositive();
            threads.Add(Thread.CurrentThread.Name);
        }

        threads.Should().HaveCountGreaterThan(100).And.NotContain("overlay sockets");
    }

    [Fact]
    public async Task The_order_in_which_an_older_host_is_put_together_does_not_matter()
    {
        var road = Road.Of(Overlays.InMemory);
        using var folder = new TestFolder();
        using var log = new LogCapture();
        using IHost host = new HostBuilder()
            .ConfigureWebHost(web => web
                .UseKestrel(kestrel =>
                {
                    kestrel.Listen(IPAddress.Loopback, 0);
                    kestrel.ListenOverlay(TestApp.ServiceName, TestApp.Port, road.Name);
                })
                .Configure(app => app.Run(context => context.Response.WriteAsync("here"))))
            .ConfigureServices(services => services.AddOverlay(road.Options(folder), _ => road.Services(log)))
            .Build();
        using IHost other = new HostBuilder()
            .ConfigureServices(services => services.AddOverlay(road.Options(folder), _ => road.Services(log)))
            .ConfigureWebHost(web => web.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0)).Configure(_ => { }))
            .Build();

        await host.StartAsync().SoonAsync();
        GatewayHost gateway = host.Services.GetRequiredService<GatewayHost>();
        await gateway.WaitUntilReadyAsync().SoonAsync();
        using (var client = new HttpClient(new OverlayHttpHandler(gateway)))
        {
            string address = gateway.Status.Current.Services.Single().Ports[0].Host;
            (await client.GetStringAsync(new Uri($"http://{address}:{TestApp.Port}/")).SoonAsync()).Should().Be("here");
        }

        await host.StopAsync().SoonAsync();
        await other.StartAsync().SoonAsync();
        await other.StopAsync().SoonAsync();
    }
}
