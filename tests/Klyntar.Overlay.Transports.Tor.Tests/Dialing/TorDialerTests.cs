using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Klyntar.Overlay.Connections;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class TorDialerTests : IAsyncDisposable
{
    private static readonly byte[] Accepted = [5, 2, 1, 0];

    private readonly ScriptedPeer _tor = ScriptedPeer.OnUnixSocket();
    private readonly TorGate _gate = new();
    private readonly WatchedClock _clock = new();
    private readonly TorEndPoint _endPoint = (TorEndPoint)TorEndPoint.Parse(TorIdentityFormat.Instance.Create().Address, 7332).EndPoint!;
    private readonly TorDialer _dialer;
    private readonly List<string> _given = [];
    private bool _hasKey;

    public TorDialerTests()
    {
        _dialer = new TorDialer(_gate, SocketEngine.Portable, _clock, new TorOptions { AttemptTimeout = TimeSpan.FromSeconds(10), DialTimeout = TimeSpan.FromSeconds(60) }, GiveKey);
        _gate.Open(_tor.EndPoint);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _tor.DisposeAsync();

    [Fact]
    public async Task A_dial_names_the_onion_and_isolates_by_its_key()
    {
        IsolationKey key = IsolationKey.Unique();
        Task<DialResult> dial = Dial(key);
        (string user, string password, string host, int port) = await ReceiveAsync();
        await AnswerAsync(0, "and bytes that came with it"u8);
        (user, password, host, port).Should().Be((key.ToString(), "0", _endPoint.Host, 7332));

        DialResult result = await dial;
        result.IsConnected.Should().BeTrue(result.Error?.ToString());
        ReadResult read = await result.Connection!.Transport.Input.ReadAsync(Ct);
        Encoding.ASCII.GetString(read.Buffer.ToArray()).Should().Be("and bytes that came with it");
        await result.Connection.DisposeAsync();
    }

    [Theory]
    [InlineData(0x05, DialErrorKind.PortClosed)]
    [InlineData(0xF1, DialErrorKind.InvalidDescriptor)]
    [InlineData(0xF4, DialErrorKind.AuthorizationMissing)]
    [InlineData(0xF5, DialErrorKind.AuthorizationWrong)]
    [InlineData(0xF6, DialErrorKind.InvalidAddress)]
    public async Task An_answer_that_will_not_change_ends_the_dial_at_once(byte code, DialErrorKind kind)
    {
        Task<DialResult> dial = Dial();
        await ReceiveAsync();
        await AnswerAsync(code);
        DialError error = (await dial).Error!;
        error.Kind.Should().Be(kind);
        error.Transport.Should().Be("tor");
        error.ToString().Should().NotContain(_endPoint.Host[..56]);
    }

    [Fact]
    public async Task A_key_that_tor_has_forgotten_is_given_again_at_once()
    {
        _hasKey = true;
        Task<DialResult> dial = Dial();
        await ReceiveAsync();
        await AnswerAsync(0xF4);
        await ReceiveAsync();
        _given.Should().Equal(_endPoint.Host);
        await AnswerAsync(0);
        await (await dial).Connection!.DisposeAsync();
    }

    [Fact]
    public async Task A_tor_that_never_remembers_a_key_is_not_given_it_for_ever()
    {
        _hasKey = true;
        Task<DialResult> dial = Dial();
        for (int i = 0; i < 4; i++)
        {
            await ReceiveAsync();
            await AnswerAsync(0xF4);
        }

        (await dial).Error!.Kind.Should().Be(DialErrorKind.AuthorizationMissing);
        _given.Should().HaveCount(3);
    }

    [Fact]
    public async Task A_service_that_is_unknown_for_a_moment_after_its_key_was_given_again_is_asked_for_again()
    {
        _hasKey = true;
        Task<DialResult> dial = Dial();
        await ReceiveAsync();
        await AnswerAsync(0xF4);
        await ReceiveAsync();
        await AnswerAsync(0x04);
        await _clock.PassAsync(TimeSpan.FromMilliseconds(250));
        await ReceiveAsync();
        await AnswerAsync(0);
        await (await dial).Connection!.DisposeAsync();
    }

    [Theory]
    [InlineData(0xF4, DialErrorKind.AuthorizationMissing)]
    [InlineData(0xF5, DialErrorKind.AuthorizationWrong)]
    public async Task A_service_that_wants_another_key_is_not_called_unknown_once_tor_has_no_directory_left_to_ask(byte code, DialErrorKind kind)
    {
        Task<DialResult> first = Dial();
        await ReceiveAsync();
        await AnswerAsync(code);
        await first;
        Task<DialResult> second = Dial();
        await ReceiveAsync();
        await AnswerAsync(0x04);
        DialError error = (await second).Error!;
        error.Kind.Should().Be(kind, "and it is not asked for again, as an unknown one would be");
        error.Detail.Should().Be("SOCKS reply 04");

        Task<DialResult> third = Dial();
        await ReceiveAsync();
        await AnswerAsync(0);
        await (await third).Connection!.DisposeAsync();
        _dialer.Verdicts.All.Should().BeEmpty();
    }

    [Fact]
    public async Task A_passing_failure_is_tried_again_after_a_pause_that_grows()
    {
        Task<DialResult> dial = Dial();
        foreach (int milliseconds in (int[])[250, 500, 1000, 2000, 4000, 4000])
        {
            await ReceiveAsync();
            await AnswerAsync(0xF2);
            await _clock.PassAsync(TimeSpan.FromMilliseconds(milliseconds));
        }

        await ReceiveAsync();
        await AnswerAsync(0);
        DialResult result = await dial;
        result.IsConnected.Should().BeTrue();
        await result.Connection!.DisposeAsync();
    }

    [Fact]
    public async Task A_dead_address_is_said_to_be_one_after_three_attempts()
    {
        Task<DialResult> dial = Dial();
        await ReceiveAsync();
        await AnswerAsync(0xF0);
        await _clock.PassAsync(TimeSpan.FromMilliseconds(250));
        await ReceiveAsync();
        await AnswerAsync(0xF0);
        await _clock.PassAsync(TimeSpan.FromMilliseconds(500));
        await ReceiveAsync();
        await AnswerAsync(0xF0);
        (await dial).Error!.Kind.Should().Be(DialErrorKind.NotFound);
    }

    [Fact]
    public async Task An_attempt_that_hangs_is_followed_by_one_on_other_circuits_and_twice_as_patient()
    {
        Task<DialResult> dial = Dial();
        (await ReceiveAsync()).Password.Should().Be("0");
        _clock.Advance(TimeSpan.FromSeconds(10));
        (await ReceiveAsync()).Password.Should().Be("1");
        _clock.Advance(TimeSpan.FromSeconds(19));
        dial.IsCompleted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await ReceiveAsync()).Password.Should().Be("2");
        await AnswerAsync(0);
        DialResult result = await dial;
        result.IsConnected.Should().BeTrue();
        await result.Connection!.DisposeAsync();

        // The next dial of the same key stays with the circuit that works.
        Task<DialResult> next = Dial();
        (await ReceiveAsync()).Password.Should().Be("2");
        await AnswerAsync(5);
        await next;
    }

    [Fact]
    public async Task A_deadline_during_an_attempt_is_a_time_out()
    {
        Task<DialResult> dial = Dial(deadline: TimeSpan.FromSeconds(3));
        await ReceiveAsync();
        _clock.Advance(TimeSpan.FromSeconds(3));
        (await dial).Error!.Kind.Should().Be(DialErrorKind.TimedOut);
    }

    [Fact]
    public async Task A_deadline_between_attempts_tells_the_last_answer()
    {
        Task<DialResult> dial = Dial(deadline: TimeSpan.FromMilliseconds(240));
        await ReceiveAsync();
        await AnswerAsync(0xF3);
        await _clock.BegunAsync(TimeSpan.FromMilliseconds(250));
        _clock.Advance(TimeSpan.FromMilliseconds(240));
        (await dial).Error!.Kind.Should().Be(DialErrorKind.Unreachable);
    }

    [Fact]
    public async Task A_dial_without_a_deadline_has_the_configured_one()
    {
        _gate.Close();
        Task<DialResult> dial = _dialer.DialAsync(new DialRequest(_endPoint), Ct).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(59));
        dial.IsCompleted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await dial).Error!.Kind.Should().Be(DialErrorKind.TransportNotReady);
    }

    [Fact]
    public async Task A_dial_waits_until_tor_is_ready()
    {
        _gate.Close();
        Task<DialResult> dial = Dial();
        dial.IsCompleted.Should().BeFalse();
        _gate.Open(_tor.EndPoint);
        await ReceiveAsync();
        await AnswerAsync(5);
        (await dial).Error!.Kind.Should().Be(DialErrorKind.PortClosed);
    }

    [Fact]
    public async Task A_dial_that_waits_is_told_when_tor_will_not_come_back()
    {
        _gate.Close();
        Task<DialResult> dial = Dial();
        _gate.End();
        (await dial).Error!.Kind.Should().Be(DialErrorKind.TransportFailed);
        (await Dial()).Error!.Kind.Should().Be(DialErrorKind.TransportFailed);
    }

    [Fact]
    public async Task A_dial_in_its_pause_is_told_too()
    {
        Task<DialResult> dial = Dial();
        await ReceiveAsync();
        await AnswerAsync(0xF2);
        await _clock.BegunAsync(TimeSpan.FromMilliseconds(250));
        _gate.End();
        (await dial).Error!.Kind.Should().Be(DialErrorKind.TransportFailed);
    }

    [Fact]
    public async Task Giving_up_is_a_value_while_waiting_and_during_an_attempt()
    {
        using var waiting = new CancellationTokenSource();
        _gate.Close();
        Task<DialResult> first = _dialer.DialAsync(new DialRequest(_endPoint), waiting.Token).AsTask();
        await waiting.CancelAsync();
        (await first).Error!.Kind.Should().Be(DialErrorKind.Cancelled);

        using var attempting = new CancellationTokenSource();
        _gate.Open(_tor.EndPoint);
        Task<DialResult> second = _dialer.DialAsync(new DialRequest(_endPoint), attempting.Token).AsTask();
        await ReceiveAsync();
        await attempting.CancelAsync();
        (await second).Error!.Kind.Should().Be(DialErrorKind.Cancelled);
    }

    [Fact]
    public async Task What_is_no_SOCKS_port_is_a_violation()
    {
        Task<DialResult> dial = Dial();
        await ReceiveAsync();
        await _tor.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n");
        (await dial).Error!.Kind.Should().Be(DialErrorKind.ProtocolViolation);
    }

    [Fact]
    public async Task A_SOCKS_port_that_is_gone_passes_like_a_restart_of_tor()
    {
        _gate.Close();
        _gate.Open(new System.Net.Sockets.UnixDomainSocketEndPoint(_tor.Folder["nobody"]));
        Task<DialResult> dial = Dial();
        await _clock.PassAsync(TimeSpan.FromMilliseconds(250));
        await _clock.BegunAsync(TimeSpan.FromMilliseconds(500));
        _gate.Close();
        _gate.Open(_tor.EndPoint);
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        await ReceiveAsync();
        await AnswerAsync(5);
        (await dial).Error!.Kind.Should().Be(DialErrorKind.PortClosed);
    }

    [Fact]
    public async Task Another_overlays_end_point_is_refused() =>
        (await _dialer.DialAsync(new DialRequest(new System.Net.IPEndPoint(0, 80)), Ct)).Error!.Kind.Should().Be(DialErrorKind.NotAnOverlayName);

    private ValueTask<bool> GiveKey(string host, CancellationToken cancellationToken)
    {
        if (_hasKey)
        {
            _given.Add(host);
        }

        return ValueTask.FromResult(_hasKey);
    }

    private Task<DialResult> Dial(IsolationKey key = default, TimeSpan? deadline = null) =>
        _dialer.DialAsync(new DialRequest(_endPoint) { Isolation = key, Deadline = deadline is { } span ? Deadline.After(span, _clock) : Deadline.None }, Ct).AsTask();

    /// <summary>Takes a connection and the whole of its optimistic handshake.</summary>
    private async Task<(string User, string Password, string Host, int Port)> ReceiveAsync()
    {
        await _tor.AcceptAsync();
        (await _tor.ReadAsync(3)).Should().Equal([5, 1, 2], "nothing but credentials is offered");
        (await _tor.ReadAsync(1)).Should().Equal([1]);
        string user = await TextAsync();
        string password = await TextAsync();
        (await _tor.ReadAsync(4)).Should().Equal([5, 1, 0, 3], "a CONNECT by name follows in the same breath");
        string host = await TextAsync();
        byte[] port = await _tor.ReadAsync(2);
        return (user, password, host, (port[0] << 8) + port[1]);
    }

    private async Task<string> TextAsync() => Encoding.ASCII.GetString(await _tor.ReadAsync((await _tor.ReadAsync(1))[0]));

    private Task AnswerAsync(byte code, ReadOnlySpan<byte> rest = default) => _tor.SendAsync([.. Accepted, 5, code, 0, 1, 0, 0, 0, 0, 0, 0, .. rest]);
}
