using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Testing;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>The transport over a real tor that touches no network: DisableNetwork 1. What needs a network is in the end-to-end tests.</summary>
public sealed class RealTorTransportTests : IDisposable
{
    private const string Waiting = "waiting for the descriptor's upload";

    private readonly TestTransportContext _context = new(output: TestContext.Current.TestOutputHelper is { } output ? output.WriteLine : null) { Programs = new RealTor() };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _context.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tor_is_started_authenticated_and_takes_a_service(bool usesUnixSockets)
    {
        await using TorTransport transport = Create(usesUnixSockets);
        await transport.StartAsync(_context, Ct);
        IPublishedService service = await PublishAsync(transport);
        await UntilAsync(service.Status, s => s is ServiceStatus.Publishing { What: Waiting });
        transport.Status.Current.Should().BeOfType<TransportStatus.Starting>("a tor without a network does not become ready");

        DialResult dial = await transport.DialAsync(new DialRequest(service.EndPoints[0]) { Deadline = Deadline.After(TimeSpan.FromMilliseconds(50), TimeProvider.System) }, Ct);
        dial.Error!.Kind.Should().Be(DialErrorKind.TransportNotReady);

        await service.StopAsync(Ct);
        await transport.DisposeAsync();
        transport.Status.Current.Should().Be(TransportStatus.Stopped);
        _context.Log.Lines.Should().NotContain(line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task After_kill_9_tor_and_every_service_come_back_as_the_same_objects()
    {
        await using TorTransport transport = Create();
        await transport.StartAsync(_context, Ct);
        IPublishedService[] services = [await PublishAsync(transport), await PublishAsync(transport), await PublishAsync(transport)];
        for (int run = 0; run < 2; run++)
        {
            foreach (IPublishedService service in services)
            {
                await UntilAsync(service.Status, s => s is ServiceStatus.Publishing { What: Waiting });
            }

            int tor = await RealTor.ProcessIdAsync(_context.Folder);
            Task[] noticed = [.. services.Select(s => UntilAsync(s.Status, status => status is ServiceStatus.Publishing { What: not Waiting }))];
            await RealTor.KillAsync(tor);
            await Task.WhenAll(noticed);
        }

        foreach (IPublishedService service in services)
        {
            await UntilAsync(service.Status, s => s is ServiceStatus.Publishing { What: Waiting });
        }
    }

    [Fact]
    public async Task No_tor_lives_on_after_the_transport()
    {
        TorTransport transport = Create();
        await transport.StartAsync(_context, Ct);
        await UntilAsync((await PublishAsync(transport)).Status, s => s is ServiceStatus.Publishing { What: Waiting });
        int tor = await RealTor.ProcessIdAsync(_context.Folder);
        await transport.DisposeAsync();
        await RealTor.EndedAsync(tor);
        File.Exists(Path.Join(_context.Folder, "run", "control")).Should().BeFalse();
    }

    [Fact]
    public async Task What_tor_itself_refuses_is_told_at_the_start_in_its_own_words()
    {
        await using TorTransport transport = Create(lines: ["DisableNetwork 1", "TestingTorNetwork 1", "NoSuchOption 5"]);
        OverlayException error = (await transport.Invoking(t => t.StartAsync(_context, Ct)).Should().ThrowAsync<OverlayException>()).Which;
        error.Message.Should().Contain("NoSuchOption").And.Contain("transports.tor.torrc");
        transport.Status.Current.Should().Be(new TransportStatus.Failed(error.Message));
        (await transport.DialAsync(new DialRequest(TorEndPoint.Parse(TorIdentityFormat.Instance.Create().Address, 80).EndPoint!), Ct)).Error!.Kind.Should().Be(DialErrorKind.TransportFailed);
    }

    [Fact]
    public async Task What_we_refuse_is_told_before_tor_is_looked_for()
    {
        using var context = new TestTransportContext();
        await using TorTransport transport = Create(lines: ["DisableNetwork 1", "ControlPort 9051", "Log debug stdout"]);
        (await transport.Invoking(t => t.StartAsync(context, Ct)).Should().ThrowAsync<OverlayException>())
            .Which.Message.Should().Contain("torrc[1]").And.Contain("torrc[2]");
    }

    [Fact]
    public async Task Two_transports_on_one_folder_are_refused()
    {
        await using TorTransport first = Create();
        await first.StartAsync(_context, Ct);
        await using TorTransport second = Create();
        await second.Invoking(t => t.StartAsync(_context, Ct)).Should().ThrowAsync<OverlayException>().WithMessage("*in use*");
        await first.DisposeAsync();
        await using TorTransport third = Create();
        await third.StartAsync(_context, Ct);
    }

    [Fact]
    public async Task A_folder_unfit_for_sockets_does_for_everything_else()
    {
        string folder = Directory.CreateDirectory(Path.Join(_context.Folder, "a folder with spaces and \"quotes\" and é"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        await using TorTransport transport = Create();
        await transport.StartAsync(new FolderContext(_context, folder), Ct);
        await UntilAsync((await PublishAsync(transport)).Status, s => s is ServiceStatus.Publishing { What: Waiting });
        int tor = await RealTor.ProcessIdAsync(folder);
        tor.Should().BePositive();
    }

    [Fact]
    public async Task The_configuration_is_ours_alone_and_the_command_line_holds_none_of_it()
    {
        await using TorTransport transport = Create(lines: ["DisableNetwork 1", "Nickname hidden"]);
        await transport.StartAsync(_context, Ct);
        await UntilAsync((await PublishAsync(transport)).Status, s => s is ServiceStatus.Publishing { What: Waiting });
        string torrc = Path.Join(_context.Folder, "torrc");
        File.GetUnixFileMode(torrc).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await File.ReadAllTextAsync(torrc, Ct)).Should().Contain("Nickname hidden");
        int tor = await RealTor.ProcessIdAsync(_context.Folder);
        (await File.ReadAllTextAsync($"/proc/{tor}/cmdline", Ct)).Should().NotContain("hidden");
    }

    private static TorTransport Create(bool usesUnixSockets = true, string[]? lines = null) =>
        new(new TorOptions { Torrc = lines ?? ["DisableNetwork 1"] }) { UsesUnixSockets = usesUnixSockets };

    private static async Task<IPublishedService> PublishAsync(TorTransport transport)
    {
        PublishResult result = await transport.PublishAsync(new ServiceDefinition { Name = "test", Identity = transport.Identities.Create(), Ports = [80, 443] }, Ct);
        result.IsAccepted.Should().BeTrue(result.Error?.ToString());
        return result.Service!;
    }

    private static async Task UntilAsync<T>(IStatus<T> source, Func<T, bool> condition)
        where T : class
    {
        await foreach (T status in source.WatchAsync(Ct))
        {
            if (condition(status))
            {
                return;
            }
        }

        Assert.Fail($"The status ended as: {source.Current}");
    }

    private sealed class FolderContext(ITransportContext inner, string folder) : ITransportContext
    {
        public string Folder => folder;

        public IKeyStore Keys => inner.Keys;

        public IKeyStore ClientKeys => inner.ClientKeys;

        public TimeProvider Clock => inner.Clock;

        public ILoggerFactory Loggers => inner.Loggers;

        public IHelperPrograms Programs => inner.Programs;

        public IFeatureCollection Features => inner.Features;

        public ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken) => inner.DialAsync(request, cancellationToken);

        public Identity IdentityOn(string transport) => inner.IdentityOn(transport);

        public ValueTask<PublishResult> PublishAsync(string transport, ServiceDefinition definition, CancellationToken cancellationToken) => inner.PublishAsync(transport, definition, cancellationToken);
    }
}
