using System.Globalization;
using System.Net;
using System.Text;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>The client of BitTorrent trackers over HTTP, against one on loopback that says what the test says.</summary>
public sealed class HttpTrackerClientTests : IAsyncLifetime
{
    private static readonly TrackerAnnouncement Told = new("1HeLLo4uzjaLetFx6NH3PMwFP3qbRbTf3D", "-UT3530-klyntartest1", 15441, 30);

    private readonly WatchedClock _clock = new();
    private readonly ClearnetLeg _leg = new(new ZeroNetOptions { Clearnet = true, AllowPrivate = true }, SocketEngine.Default, static _ => false);
    private readonly EngineListener _listener = SocketEngine.Default.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());

    private int Port => ((IPEndPoint)_listener.LocalEndPoint).Port;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    [Fact]
    public async Task A_tracker_is_told_and_its_peers_are_read()
    {
        Task<string> serving = ServeAsync([.. "HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\nd5:peers12:"u8, 192, 0, 2, 1, 0x3c, 0x51, 192, 0, 2, 2, 0, 1, .. "e"u8]);
        (TrackerAnswer? answer, string? why) = await AskAsync();
        why.Should().BeNull();
        answer!.Peers.Should().Equal(IPEndPoint.Parse("192.0.2.1:15441"));
        (await serving).Should().StartWith($"GET /announce{HttpTracker.Query(Told)} HTTP/1.1\r\n").And.Contain($"Host: 127.0.0.1:{Port}\r\n").And.NotContain("Cookie").And.NotContain("User-Agent");
    }

    [Fact]
    public async Task A_redirection_is_not_followed()
    {
        await using EngineListener elsewhere = SocketEngine.Default.Listen(new IPEndPoint(IPAddress.Loopback, 0), new EngineListenOptions());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<EngineSocket?> lured = elsewhere.AcceptAsync(stop.Token).AsTask();
        foreach (int status in new[] { 301, 302, 307, 308 })
        {
            Task serving = ServeAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Moved\r\nLocation: http://{elsewhere.LocalEndPoint}/announce\r\nContent-Length: 2\r\n\r\nde")));
            (await AskAsync()).Why.Should().Be($"it answers with status {status}");
            await serving;
        }

        lured.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task An_answer_that_is_too_long_is_given_up()
    {
        byte[] long_ = [.. "de"u8, .. new byte[HttpTracker.MostSize]];
        foreach ((string head, byte[] body) in new[]
        {
            ($"HTTP/1.1 200 OK\r\nContent-Length: {long_.Length}\r\n\r\n", long_),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9999999999999\r\n\r\n", []),
            ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", long_),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n", new byte[0x20000]),
            ($"HTTP/1.1 200 OK\r\nX: {new string('x', 100_000)}\r\n", []),
        })
        {
            Task serving = ServeAsync([.. Encoding.ASCII.GetBytes(head), .. body], mayBeCut: true);
            (await AskAsync()).Why.Should().Be("its answer is too long", head);
            await serving;
        }
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n", "it is not reached, or speaks no HTTP")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nde", "it is not reached, or speaks no HTTP")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "it answers with status 404")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", "its answer is not in order")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\nd14:failure reason2:noe", "it is not reached, or speaks no HTTP")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\nd14:failure reason2:noe", "it refuses: no")]
    public async Task What_is_no_answer_is_told_with_its_cause(string said, string cause)
    {
        Task serving = ServeAsync(Encoding.ASCII.GetBytes(said));
        (await AskAsync()).Why.Should().Be(cause);
        await serving;
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nd5:peers")]
    public async Task A_tracker_that_falls_silent_is_waited_for_so_long_and_no_longer(string said)
    {
        Task<(TrackerAnswer? Answer, string? Why)> asking = AskAsync();
        using EngineSocket tracker = (await _listener.AcceptAsync(TestContext.Current.CancellationToken).AsTask().Soon())!;
        await ReadAsync(tracker);
        await tracker.SendAsync(Encoding.ASCII.GetBytes(said), TestContext.Current.CancellationToken);
        await _clock.BegunAsync(TimeSpan.FromSeconds(30));
        _clock.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        asking.IsCompleted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromTicks(1));
        (await asking).Why.Should().Be("it does not answer");
    }

    [Fact]
    public async Task Where_nobody_is_it_is_not_reached()
    {
        await _listener.DisposeAsync();
        (await AskAsync()).Why.Should().Be("it is not reached, or speaks no HTTP");
    }

    private static async Task<string> ReadAsync(EngineSocket socket)
    {
        StringBuilder read = new();
        byte[] buffer = new byte[4096];
        while (!read.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            int length = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).AsTask().Soon();
            length.Should().BePositive();
            read.Append(Encoding.ASCII.GetString(buffer, 0, length));
        }

        return read.ToString();
    }

    // Answers one request, and closes.
    private async Task<string> ServeAsync(byte[] answer, bool mayBeCut = false)
    {
        using EngineSocket tracker = (await _listener.AcceptAsync(TestContext.Current.CancellationToken).AsTask().Soon())!;
        string request = await ReadAsync(tracker);
        try
        {
            await tracker.SendAsync(answer, TestContext.Current.CancellationToken);
        }
        catch (System.Net.Sockets.SocketException) when (mayBeCut)
        {
            // The client has seen enough.
        }

        return request;
    }

    private Task<(TrackerAnswer? Answer, string? Why)> AskAsync()
    {
        var tracker = TrackerAddress.Parse($"http://127.0.0.1:{Port}/announce", out _)!;
        var request = new DialRequest(new ZeroNetEndPoint(ZeroNetPrivateKey.Create().Address, 0));
        return new HttpTrackerClient(_clock).AnnounceAsync(_leg, tracker, Told, request, TestContext.Current.CancellationToken).Soon();
    }
}
