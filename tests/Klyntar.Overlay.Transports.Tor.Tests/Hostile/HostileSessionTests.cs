using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>A control port that answers everything alike, or ends whenever it is asked: it is named, waited for, and never taken for a tor that is ready.</summary>
public sealed partial class HostileSessionTests : IAsyncDisposable
{
    private readonly WatchedClock _clock = new();
    private readonly Channel<string> _logged = Channel.CreateUnbounded<string>();
    private readonly TestTransportContext _context;
    private AnsweringPeer? _tor;
    private TorTransport? _transport;

    public HostileSessionTests() => _context = new TestTransportContext(_clock, line => _logged.Writer.TryWrite(line)) { Programs = new RealTor() };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await (_transport?.DisposeAsync() ?? default);
        await (_tor?.DisposeAsync() ?? default);
        _context.Dispose();
    }

    [Theory]
    [InlineData("250 OK\r\n", "PROTOCOLINFO", "is not what tor answers")]
    [InlineData("250 OK\r\n", "GETINFO", "something else than was asked")]
    [InlineData("250-status/bootstrap-phase=PROGRESS=101\r\n250 OK\r\n", "GETINFO", "bootstrap phase is not what tor answers")]
    [InlineData("250-status/bootstrap-phase=\r\n250 OK\r\n", "GETINFO", "bootstrap phase is not what tor answers")]
    [InlineData("250-status/bootstrap-phase\r\n250 OK\r\n", "GETINFO", "something else than was asked")]
    [InlineData("250-uptime=1\r\n250 OK\r\n", "GETINFO", "something else than was asked")]
    public async Task A_port_that_agrees_to_everything_is_not_taken_for_a_tor_that_is_ready(string answer, string from, string said)
    {
        bool isReached = false;
        await StartAsync(line => (isReached |= line.StartsWith(from, StringComparison.Ordinal)) ? answer : AnsweringPeer.Politely(line));
        (await UntilAsync(s => s.ToString()!.Contains(said, StringComparison.Ordinal))).IsReady.Should().BeFalse();
    }

    [Theory]
    [InlineData(451, "out of resources")]
    [InlineData(500, "does not understand the line")]
    [InlineData(510, "does not know the command")]
    [InlineData(514, "asks for authentication first")]
    [InlineData(550, "does not say why")]
    [InlineData(599, "does not do so")]
    public async Task A_port_that_refuses_everything_is_told_by_what_its_code_means(int code, string meaning)
    {
        await StartAsync(_ => $"{code} No\r\n");
        (await UntilAsync(s => s.ToString()!.Contains("refuses PROTOCOLINFO", StringComparison.Ordinal))).ToString().Should().Contain($"{meaning} ({code} No).");
    }

    [Theory]
    [InlineData("PROTOCOLINFO")]
    [InlineData("AUTHENTICATE")]
    [InlineData("SETEVENTS")]
    [InlineData("GETINFO")]
    [InlineData("ADD_ONION")]
    public async Task A_port_that_ends_at_each_command_is_tried_again_ever_more_seldom(string ending)
    {
        await StartAsync(line => line.StartsWith(ending, StringComparison.Ordinal) ? null : AnsweringPeer.Politely(line));
        int[] nominal = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];
        for (int run = 0; run < nominal.Length; run++)
        {
            TimeSpan wait = await NextWaitAsync();
            wait.TotalMilliseconds.Should().BeInRange(nominal[run] / 2, nominal[run]);
            _tor!.Connections.Should().Be(run + 1, "nothing is tried before the time is over");
            _clock.Advance(wait);
        }

        _context.Log.Lines.Count(l => l.Level >= LogLevel.Warning).Should().BeLessThanOrEqualTo(2);
    }

    // The wait has begun when it is logged.
    private async Task<TimeSpan> NextWaitAsync()
    {
        while (true)
        {
            if (NextStart().Match(await _logged.Reader.ReadAsync(Ct)) is { Success: true } match)
            {
                return TimeSpan.FromTicks((long)(decimal.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * TimeSpan.TicksPerSecond));
            }
        }
    }

    [GeneratedRegex(@"Next try in ([0-9.]+) s,")]
    private static partial Regex NextStart();

    private async Task StartAsync(Func<string, string?> answer)
    {
        _tor = new AnsweringPeer(answer);
        _transport = new TorTransport(new TorOptions { Control = _tor.EndPoint, TrustControl = true, Socks = new IPEndPoint(IPAddress.Loopback, 1) });
        await _transport.StartAsync(_context, Ct);
        (await _transport.PublishAsync(new ServiceDefinition { Name = "test", Identity = _transport.Identities.Create(), Ports = [80] }, Ct)).IsAccepted.Should().BeTrue();
    }

    private async Task<TransportStatus> UntilAsync(Func<TransportStatus, bool> condition)
    {
        await foreach (TransportStatus status in _transport!.Status.WatchAsync(Ct))
        {
            if (condition(status))
            {
                return status;
            }
        }

        throw new InvalidOperationException($"The status ended as: {_transport.Status.Current}");
    }
}
