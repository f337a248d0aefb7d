using System.Net;
using System.Net.Sockets;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>A tor that somebody else runs, played by the test: well-behaved behind a filter, or hostile.</summary>
public sealed class ExternalTorTests : IAsyncDisposable
{
    private const string Done = "NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY=\"Done\"";
    private const string NoSecret = "250-PROTOCOLINFO 1\r\n250-AUTH METHODS=NULL\r\n250-VERSION Tor=\"0.4.8.9\"\r\n250 OK\r\n";
    private const string Filtered = "510 Command filtered\r\n";

    private readonly ScriptedPeer _tor = ScriptedPeer.OnTcp();
    private readonly WatchedClock _clock = new();
    private readonly TestTransportContext _context;
    private readonly Reached _programs = new();
    private readonly TorTransport _transport;

    public ExternalTorTests()
    {
        _context = new TestTransportContext(_clock) { Programs = _programs };
        _transport = Create(o => o);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync();
        await _tor.DisposeAsync();
        _context.Dispose();
    }

    [Fact]
    public async Task Nothing_of_tor_is_owned_or_configured_and_services_are_ours_as_long_as_the_connection()
    {
        await _transport.StartAsync(_context, Ct);
        IPublishedService service = await PublishAsync();
        await OpenAsync();
        string command = (await _tor.ReadLineAsync())!;
        command.Should().MatchRegex("^ADD_ONION ED25519-V3:[A-Za-z0-9+/=]{88} Flags=DiscardPK Port=80,127\\.0\\.0\\.1:[0-9]+$").And.NotContain("Detach");
        await _tor.SendAsync($"250-ServiceID={ServiceId(service)}\r\n250 OK\r\n");
        await UntilAsync(service.Status, s => s is ServiceStatus.Publishing { What: "waiting for the descriptor's upload" });
        _transport.Status.Current.IsReady.Should().BeTrue();
        _programs.Last.Should().Be(new HelperProgram(_tor.EndPoint.ToString()!, "external tor 0.4.8.9"));
        await _transport.DisposeAsync();
        (await _tor.ReadLineAsync()).Should().BeNull("the connection ends without a further word, and with it what was published");
    }

    [Fact]
    public async Task A_connection_that_ends_is_made_again_for_ever_and_every_service_with_it()
    {
        await _transport.StartAsync(_context, Ct);
        IPublishedService service = await PublishAsync();
        for (int run = 0; run < 4; run++)
        {
            await OpenAsync();
            (await _tor.ReadLineAsync()).Should().StartWith("ADD_ONION ");
            await _tor.SendAsync($"250-ServiceID={ServiceId(service)}\r\n250 OK\r\n" + string.Concat(Enumerable.Repeat($"650 HS_DESC UPLOADED {ServiceId(service)} NO_AUTH UNKNOWN\r\n", 2)));
            await UntilAsync(service.Status, s => s.IsPublished);
            Task<TransportStatus> interrupted = UntilAsync(_transport.Status, s => s is TransportStatus.Degraded);
            _tor.Close();
            (await interrupted).ToString().Should().Contain(_tor.EndPoint.ToString());
            await UntilAsync(service.Status, s => s is ServiceStatus.Degraded);
            _clock.Advance(TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public async Task A_tor_started_anew_behind_a_filter_is_noticed_by_its_uptime()
    {
        await _transport.StartAsync(_context, Ct);
        await OpenAsync();
        foreach (int uptime in (int[])[500, 500, 3])
        {
            await _clock.PassAsync(TorHeartbeat.Interval);
            (await _tor.AnswerAsync($"250-uptime={uptime}\r\n250 OK\r\n")).Should().Be("GETINFO uptime");
        }

        (await UntilAsync(_transport.Status, s => s is TransportStatus.Degraded)).ToString().Should().Contain("started anew");
        _clock.Advance(TimeSpan.FromSeconds(30));
        await OpenAsync();
    }

    [Fact]
    public async Task What_a_filter_refuses_is_done_without_and_said_once()
    {
        await _transport.StartAsync(_context, Ct);
        IPublishedService service = await PublishAsync();
        for (int run = 0; run < 2; run++)
        {
            await _tor.AcceptAsync();
            await _tor.AnswerAsync(NoSecret);
            await _tor.AnswerAsync("250 OK\r\n");
            (await _tor.AnswerAsync(Filtered)).Should().Be("SETEVENTS STATUS_CLIENT STATUS_GENERAL HS_DESC");
            (await _tor.AnswerAsync(Filtered)).Should().Be("SETEVENTS STATUS_CLIENT");
            (await _tor.AnswerAsync("250 OK\r\n")).Should().Be("SETEVENTS STATUS_GENERAL");
            (await _tor.AnswerAsync(Filtered)).Should().Be("SETEVENTS STATUS_GENERAL HS_DESC");
            (await _tor.AnswerAsync(Filtered)).Should().Be("GETINFO status/bootstrap-phase");
            (await _tor.ReadLineAsync()).Should().StartWith("ADD_ONION ");
            await _tor.SendAsync($"250-ServiceID={ServiceId(service)}\r\n250 OK\r\n");
            await UntilAsync(service.Status, s => s.IsPublished);
            await UntilAsync(_transport.Status, s => s.IsReady);
            await _clock.PassAsync(TorHeartbeat.Interval);
            (await _tor.AnswerAsync(Filtered)).Should().Be("GETINFO uptime");
            Task interrupted = UntilAsync(_transport.Status, s => s is TransportStatus.Degraded);
            _tor.Close();
            await interrupted;
            _clock.Advance(TimeSpan.FromSeconds(30));
        }

        _context.Log.Lines.Count(l => l.Message.Contains("does not tell", StringComparison.Ordinal)).Should().Be(3);
    }

    [Fact]
    public async Task An_identity_that_another_connection_publishes_is_asked_for_again()
    {
        await _transport.StartAsync(_context, Ct);
        IPublishedService service = await PublishAsync();
        await OpenAsync();
        (await _tor.AnswerAsync("550 Onion address collision\r\n")).Should().StartWith("ADD_ONION ");
        (await UntilAsync(service.Status, s => s is ServiceStatus.Publishing { What: var what } && what.Contains("asked again", StringComparison.Ordinal))).IsFinal.Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(5));
        (await _tor.ReadLineAsync()).Should().StartWith("ADD_ONION ");
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "tor's")]
    [InlineData("HTTP/1.0 501 Tor is not an HTTP Proxy\r\n\r\n", "tor's")]
    [InlineData("514 Authentication required.\r\n", "refuses PROTOCOLINFO")]
    public async Task Whatever_is_no_tor_is_named_with_its_address(string answer, string said)
    {
        await _transport.StartAsync(_context, Ct);
        await _tor.AcceptAsync();
        await _tor.AnswerAsync(answer);
        (await UntilAsync(_transport.Status, s => s is TransportStatus.Starting { What: var what } && what.Contains(_tor.EndPoint.ToString()!, StringComparison.Ordinal)))
            .ToString().Should().Contain(said);
    }

    [Fact]
    public async Task A_tor_that_is_too_old_is_told_with_its_version()
    {
        await _transport.StartAsync(_context, Ct);
        await _tor.AcceptAsync();
        await _tor.AnswerAsync(NoSecret.Replace("0.4.8.9", "0.2.9.17", StringComparison.Ordinal));
        await _tor.AnswerAsync("250 OK\r\n");
        await UntilAsync(_transport.Status, s => s.ToString()!.Contains("0.2.9.17", StringComparison.Ordinal));
        (await _tor.ReadLineAsync()).Should().BeNull();
    }

    [Fact]
    public async Task A_line_without_end_is_given_up()
    {
        await _transport.StartAsync(_context, Ct);
        await _tor.AcceptAsync();
        await _tor.ReadLineAsync();
        await _tor.SendAsync(new string('2', ControlLimits.Default.LineLength + 1));
        await UntilAsync(_transport.Status, s => s.ToString()!.Contains("too long", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Silence_is_given_up_and_tried_again()
    {
        await _transport.StartAsync(_context, Ct);
        for (int i = 0; i < 2; i++)
        {
            await _tor.AcceptAsync();
            await _tor.ReadLineAsync();
            Task silent = UntilAsync(_transport.Status, s => s.ToString()!.Contains("did not answer PROTOCOLINFO", StringComparison.Ordinal));
            _clock.Advance(new ControlConnectionOptions().AnswerTimeout);
            await silent;
            (await _tor.ReadLineAsync()).Should().BeNull();
            _clock.Advance(TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public async Task A_port_that_proves_nothing_is_given_no_key_unless_the_operator_vouches_for_it()
    {
        await using TorTransport transport = Create(o => o with { TrustControl = false });
        await transport.StartAsync(_context, Ct);
        await _tor.AcceptAsync();
        await _tor.AnswerAsync(NoSecret);
        (await UntilAsync(transport.Status, s => s is TransportStatus.Starting { What: var what } && what.Contains("NULL", StringComparison.Ordinal)))
            .ToString().Should().Contain("transports.tor.trustControl");
        (await _tor.ReadLineAsync()).Should().BeNull();
    }

    [Fact]
    public async Task A_wrong_password_is_told_without_the_password()
    {
        using TempFolder folder = new();
        await using TorTransport transport = Create(o => o with { PasswordFile = folder.Write("password", "open sesame\nnot this"u8.ToArray()) });
        await transport.StartAsync(_context, Ct);
        await _tor.AcceptAsync();
        await _tor.AnswerAsync(NoSecret.Replace("NULL", "HASHEDPASSWORD", StringComparison.Ordinal));
        (await _tor.AnswerAsync("515 Authentication failed: open sesame\r\n")).Should().Be("AUTHENTICATE \"open sesame\"");
        (await UntilAsync(transport.Status, s => s.ToString()!.Contains("515", StringComparison.Ordinal))).ToString().Should().Contain("password").And.NotContain("sesame");
        _context.Log.Lines.Should().NotContain(l => l.Message.Contains("sesame"));
    }

    [Fact]
    public async Task A_port_where_nothing_listens_is_said_to_be_one()
    {
        EndPoint free;
        await using (ScriptedPeer gone = ScriptedPeer.OnTcp())
        {
            free = gone.EndPoint;
        }

        await using TorTransport transport = Create(o => o with { Control = free });
        await transport.StartAsync(_context, Ct);
        (await UntilAsync(transport.Status, s => s.ToString()!.Contains("listens", StringComparison.Ordinal))).ToString().Should().Contain(free.ToString()).And.Contain("transports.tor.control");
    }

    [Fact]
    public async Task A_control_socket_that_is_not_there_is_said_to_be_missing()
    {
        await using TorTransport transport = Create(o => o with { Control = new UnixDomainSocketEndPoint("/no/such/control") });
        await transport.StartAsync(_context, Ct);
        await UntilAsync(transport.Status, s => s.ToString()!.Contains("There is no control socket /no/such/control", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"192.0.2.1:9050\"", "Of its 1 SOCKS ports none")]
    [InlineData("", "Of its 0 SOCKS ports none")]
    [InlineData(null, "does not tell where its SOCKS port is")]
    public async Task A_SOCKS_port_that_is_not_found_is_asked_of_the_operator(string? listeners, string said)
    {
        await using TorTransport transport = Create(o => o with { Socks = null });
        await transport.StartAsync(_context, Ct);
        await OpenAsync();
        (await _tor.AnswerAsync(listeners is null ? Filtered : $"250-net/listeners/socks={listeners}\r\n250 OK\r\n")).Should().Be("GETINFO net/listeners/socks");
        (await UntilAsync(transport.Status, s => s.ToString()!.Contains(said, StringComparison.Ordinal))).ToString().Should().Contain("transports.tor.socks");
    }

    [Fact]
    public async Task Of_the_SOCKS_ports_one_that_answers_is_taken_and_missing_isolation_is_warned_of()
    {
        await using ScriptedPeer socks = ScriptedPeer.OnUnixSocket();
        await using TorTransport transport = Create(o => o with { Socks = null });
        await transport.StartAsync(_context, Ct);
        await OpenAsync();
        (await _tor.AnswerAsync($"250-net/listeners/socks=\"192.0.2.1:1\" \"unix:{socks.Folder["none"]}\" \"unix:{socks.EndPoint}\"\r\n250 OK\r\n")).Should().Be("GETINFO net/listeners/socks");
        await socks.AcceptAsync();
        (await _tor.AnswerAsync("250-SocksPort=0\r\n250 SocksPort=9050 NoIsolateSOCKSAuth\r\n")).Should().Be("GETCONF SocksPort");
        await UntilAsync(transport.Status, s => s.IsReady);
        _context.Log.Lines.Should().ContainSingle(l => l.Level == LogLevel.Warning && l.Message.Contains("NoIsolateSOCKSAuth"));
    }

    private TorTransport Create(Func<TorOptions, TorOptions> change) =>
        new(change(new TorOptions { Control = _tor.EndPoint, TrustControl = true, Socks = new IPEndPoint(IPAddress.Loopback, 1) }));

    private async Task OpenAsync()
    {
        await _tor.AcceptAsync();
        (await _tor.AnswerAsync(NoSecret)).Should().Be("PROTOCOLINFO 1");
        (await _tor.AnswerAsync("250 OK\r\n")).Should().Be("AUTHENTICATE");
        (await _tor.AnswerAsync("250 OK\r\n")).Should().Be("SETEVENTS STATUS_CLIENT STATUS_GENERAL HS_DESC");
        (await _tor.AnswerAsync($"250-status/bootstrap-phase={Done}\r\n250 OK\r\n")).Should().Be("GETINFO status/bootstrap-phase");
    }

    private async Task<IPublishedService> PublishAsync()
    {
        PublishResult result = await _transport.PublishAsync(new ServiceDefinition { Name = "test", Identity = _transport.Identities.Create(), Ports = [80] }, Ct);
        result.IsAccepted.Should().BeTrue(result.Error?.ToString());
        return result.Service!;
    }

    private static string ServiceId(IPublishedService service) => service.Definition.Identity.Address[..56];

    private static async Task<T> UntilAsync<T>(IStatus<T> source, Func<T, bool> condition)
        where T : class
    {
        await foreach (T status in source.WatchAsync(Ct))
        {
            if (condition(status))
            {
                return status;
            }
        }

        throw new InvalidOperationException($"The status ended as: {source.Current}");
    }

    private sealed class Reached : IHelperPrograms
    {
        public HelperProgram? Last { get; private set; }

        public ValueTask<HelperProgram> FindAsync(string name, string? configuredPath, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("No program is looked for.");

        public void OnReached(HelperProgram program) => Last = program;
    }
}
