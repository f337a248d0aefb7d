using System.Net;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>The whole transport before a control port that lies about services, floods it, or wants its words in the log.</summary>
public sealed class HostilePublishingTests : IAsyncDisposable
{
    // A terminal would obey these: escape, bell, C1's escape, carriage return in a quoted string, and a separator of lines.
    private const string Unseemly = "\u001b[2J\a\u009b31m\u0000\u007f";
    private const string Key = "ADD_ONION ";

    private readonly WatchedClock _clock = new();
    private readonly TestTransportContext _context;
    private AnsweringPeer? _tor;
    private TorTransport? _transport;

    public HostilePublishingTests() => _context = new TestTransportContext(_clock) { Programs = new RealTor() };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await (_transport?.DisposeAsync() ?? default);
        await (_tor?.DisposeAsync() ?? default);
        _context.Dispose();
    }

    [Theory]
    [InlineData("250 OK\r\n")]
    [InlineData("250-PrivateKey=ED25519-V3:AAAA\r\n250 OK\r\n")]
    [InlineData("551-ServiceID={service}\r\n250 OK\r\n")]
    [InlineData("250 serviceid={service}\r\n")]
    public async Task A_service_whose_address_is_not_told_is_withdrawn_by_ending_the_connection(string answer)
    {
        IPublishedService service = await StartAsync(line => line.StartsWith(Key, StringComparison.Ordinal)
            ? answer.Replace("{service}", AnsweringPeer.ServiceIdOf(line.Split(' ')[1]), StringComparison.Ordinal)
            : AnsweringPeer.Politely(line));
        await UntilAsync(_transport!.Status, s => s.ToString()!.Contains("does not say under which address", StringComparison.Ordinal));
        service.Status.Current.Should().BeOfType<ServiceStatus.Publishing>();

        // It is asked again, over another connection.
        _clock.Advance(TimeSpan.FromSeconds(30));
        await _tor!.HeardAsync(Key);
        await _tor.HeardAsync(Key);
        _tor.Connections.Should().BeGreaterThanOrEqualTo(2);
    }

    [Theory]
    [InlineData("250-ServiceID={service}\r\n250-PrivateKey={key}\r\n250 OK\r\n")]
    [InlineData("250-PrivateKey={key}\r\n250-ServiceID={service}\r\n250 OK\r\n")]
    public async Task A_private_key_that_was_not_asked_for_is_shown_nowhere(string answer)
    {
        string key = "";
        IPublishedService service = await StartAsync(line =>
        {
            if (!line.StartsWith(Key, StringComparison.Ordinal))
            {
                return AnsweringPeer.Politely(line);
            }

            key = line.Split(' ')[1];
            return answer.Replace("{service}", AnsweringPeer.ServiceIdOf(key), StringComparison.Ordinal).Replace("{key}", key, StringComparison.Ordinal);
        });
        await UntilAsync(service.Status, s => s is ServiceStatus.Publishing { What: "waiting for the descriptor's upload" });
        Told(service).Should().NotContain(key["ED25519-V3:".Length..]);
    }

    [Theory]
    [InlineData("{own}.onion")]
    [InlineData("")]
    [InlineData("{long}")]
    [InlineData("a b\u001b")]
    public async Task An_address_that_is_none_fails_the_service_and_is_shown_nowhere(string address)
    {
        IPublishedService service = await StartAsync(line => line.StartsWith(Key, StringComparison.Ordinal)
            ? $"250-ServiceID={address.Replace("{own}", AnsweringPeer.ServiceIdOf(line.Split(' ')[1]), StringComparison.Ordinal).Replace("{long}", new string('a', 90_000), StringComparison.Ordinal)}\r\n250 OK\r\n"
            : AnsweringPeer.Politely(line));
        await UntilAsync(service.Status, s => s is ServiceStatus.Failed);
        Told(service).Should().NotContain("aaaaaaaaaa").And.NotContain("\u001b");
    }

    [Fact]
    public async Task A_flood_of_events_about_others_and_of_failures_is_read_and_fills_neither_log_nor_status()
    {
        IPublishedService service = await StartAsync(AnsweringPeer.Politely);
        string own = AnsweringPeer.ServiceIdOf((await _tor!.HeardAsync(Key)).Split(' ')[1]);
        await UntilAsync(service.Status, s => s is ServiceStatus.Publishing { What: "waiting for the descriptor's upload" });
        var changes = new List<ServiceStatus>();
        Task watching = WatchAsync();
        for (int i = 0; i < 100; i++)
        {
            await _tor.SayAsync(string.Concat(Enumerable.Range(0, 1_000).Select(n => (n % 4) switch
            {
                0 => $"650 HS_DESC UPLOADED {new string('a', 56)} NO_AUTH $A~b\r\n",
                1 => $"650 HS_DESC FAILED {own} NO_AUTH $A~b REASON=R{n}\r\n",
                2 => $"650 HS_DESC {own}\r\n",
                _ => $"650 UNHEARD {n}\r\n",
            })) + $"650 STATUS_CLIENT NOTICE CIRCUIT_NOT_ESTABLISHED REASON=M{i}\r\n");

            // Not faster than they are read, which would end the connection.
            await UntilAsync(_transport!.Status, s => s.ToString()!.Contains($"(M{i})", StringComparison.Ordinal));
        }

        service.Status.Current.IsPublished.Should().BeFalse();
        await _tor.SayAsync(string.Concat(Enumerable.Repeat($"650 HS_DESC UPLOADED {own} NO_AUTH $A~b\r\n", 2)));
        await UntilAsync(service.Status, s => s.IsPublished);
        await watching;
        _tor.Connections.Should().Be(1, "a flood that is read is no reason to end");
        changes.Count.Should().BeLessThan(40);
        _context.Log.Lines.Count.Should().BeLessThan(20);

        async Task WatchAsync()
        {
            await foreach (ServiceStatus status in service.Status.WatchAsync(Ct))
            {
                changes.Add(status);
                if (status.IsPublished)
                {
                    return;
                }
            }
        }
    }

    [Fact]
    public async Task A_flood_of_changes_of_its_status_ends_the_connection()
    {
        await StartAsync(AnsweringPeer.Politely);
        await _tor!.HeardAsync(Key);
        try
        {
            await _tor.SayAsync(string.Concat(Enumerable.Range(0, StatusBudget.Most + 1).Select(n => $"650 STATUS_CLIENT NOTICE CIRCUIT_NOT_ESTABLISHED REASON=R{n}\r\n")));
        }
        catch (System.Net.Sockets.SocketException)
        {
            // It was ended in between.
        }

        (await UntilAsync(_transport!.Status, s => s.ToString()!.Contains("changes of its status", StringComparison.Ordinal))).ToString().Should().Contain("1000 changes");
    }

    [Fact]
    public async Task Whatever_tor_says_reaches_log_and_status_without_what_a_terminal_would_obey()
    {
        string escaped = "\\033[2J\\007\\233m\\000\\r\\nadmin logged in";
        IPublishedService service = await StartAsync(line =>
            line.StartsWith("PROTOCOLINFO", StringComparison.Ordinal) ? AnsweringPeer.Politely(line).Replace("0.4.9.11", $"0.4.9.11 {escaped}", StringComparison.Ordinal)
            : line.StartsWith("GETINFO status", StringComparison.Ordinal) ? $"250-status/bootstrap-phase=NOTICE BOOTSTRAP PROGRESS=5 TAG=a SUMMARY=\"{escaped} at first\"\r\n250 OK\r\n"
            : line.StartsWith(Key, StringComparison.Ordinal) ? $"451 {Unseemly} no\r\n"
            : AnsweringPeer.Politely(line));
        await UntilAsync(service.Status, s => s.ToString()!.Contains("451", StringComparison.Ordinal));
        string told = Told(service);
        await _tor!.SayAsync(
            $"650 STATUS_CLIENT WARN BOOTSTRAP PROGRESS=10 TAG=a SUMMARY=\"{escaped}\" WARNING=\"{escaped}\" REASON={Unseemly}\r\n" +
            $"650 HS_DESC FAILED {service.EndPoints[0].Host[..56]} NO_AUTH UNKNOWN REASON={Unseemly}\r\n");
        await UntilAsync(service.Status, s => s.ToString()!.Contains("a directory answered", StringComparison.Ordinal));
        told += Told(service);
        await _tor.SayAsync($"650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY=\"Done\"\r\n650 STATUS_CLIENT NOTICE CIRCUIT_NOT_ESTABLISHED REASON={Unseemly}\r\n");
        await UntilAsync(_transport!.Status, s => s.ToString()!.Contains("no circuits", StringComparison.Ordinal));
        told += Told(service);
        told.Should().Contain("admin logged in");
        told.Where(c => char.IsControl(c) && c != '\n').Should().BeEmpty();
        told.Should().NotContain("\nadmin");
    }

    private async Task<IPublishedService> StartAsync(Func<string, string?> answer)
    {
        _tor = new AnsweringPeer(answer);
        _transport = new TorTransport(new TorOptions { Control = _tor.EndPoint, TrustControl = true, Socks = new IPEndPoint(IPAddress.Loopback, 1) });
        await _transport.StartAsync(_context, Ct);
        PublishResult result = await _transport.PublishAsync(new ServiceDefinition { Name = "test", Identity = _transport.Identities.Create(), Ports = [80] }, Ct);
        result.IsAccepted.Should().BeTrue(result.Error?.ToString());
        return result.Service!;
    }

    // Each line of the log is one line here.
    private string Told(IPublishedService service) =>
        string.Join('\n', [service.Status.Current, _transport!.Status.Current, .. _context.Log.Lines.Select(l => (object)l.Message)]);

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
}
