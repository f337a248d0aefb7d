using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Socks.Tests;

public class SocksServerTests
{
    private static readonly byte[] Request = Wire.Request(1, Wire.Text("example.onion"), 80);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_waits_for_each_answer_gets_it()
    {
        using var socket = new ScriptedSocket();
        Task<SocksHandshake> handshake = SocksServer.HandshakeAsync(socket, SocksServerOptions.Default, Token).AsTask();

        socket.Arrive(Wire.Greeting(0, 2));
        (await socket.SentAsync(2)).Should().Equal(5, 2);
        socket.Arrive(Wire.Password("u"u8, "p"u8));
        (await socket.SentAsync(4)).Should().Equal(5, 2, 1, 0);
        socket.Arrive(Request);

        SocksHandshake outcome = await handshake;
        outcome.IsAccepted.Should().BeTrue();
        outcome.Refusal.Should().BeNull();
        outcome.Request!.Host.Should().Be("example.onion");
        outcome.AlreadyRead.IsEmpty.Should().BeTrue();
        socket.IsClosed.Should().BeFalse();
        socket.IsSendEnded.Should().BeFalse();
    }

    [Fact]
    public async Task A_client_that_sends_all_at_once_is_answered_at_once_and_loses_no_byte()
    {
        using var socket = new ScriptedSocket();
        socket.Arrive([.. Wire.Greeting(2), .. Wire.Password("u"u8, "p"u8), .. Request, 1, 2, 3]).Arrive(4);

        SocksHandshake outcome = await SocksServer.HandshakeAsync(socket, SocksServerOptions.Default, Token);

        outcome.AlreadyRead.ToArray().Should().Equal(1, 2, 3);
        socket.Sent.Should().Equal(5, 2, 1, 0);
        socket.Sends.Should().Be(1);
    }

    [Fact]
    public async Task A_large_payload_stays_in_the_socket_but_for_a_little()
    {
        using var socket = new ScriptedSocket();
        socket.Arrive([.. Wire.Greeting(0), .. Request, .. new byte[100_000]]);

        SocksHandshake outcome = await SocksServer.HandshakeAsync(socket, SocksServerOptions.Default, Token);

        socket.Received.Should().Be(SocksServer.ReceiveLength);
        outcome.AlreadyRead.Length.Should().Be(SocksServer.ReceiveLength - 3 - Request.Length);
    }

    [Fact]
    public async Task A_head_larger_than_the_buffer_is_read_whole()
    {
        using var socket = new ScriptedSocket();
        socket.Arrive([.. Wire.Connect("example.onion:80", "Name: " + new string('x', 7000)), 1, 2, 3]);

        SocksHandshake outcome = await SocksServer.HandshakeAsync(socket, SocksServerOptions.Default, Token);

        outcome.Request!.Host.Should().Be("example.onion");
        outcome.AlreadyRead.ToArray().Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task A_client_of_one_byte_a_second_is_cut_by_the_deadline()
    {
        var clock = new FakeTimeProvider();
        using CancellationTokenSource deadline = Deadline.After(TimeSpan.FromSeconds(10), clock).CreateLinkedSource(Token);
        using var socket = new ScriptedSocket();
        Task<SocksHandshake> handshake = SocksServer.HandshakeAsync(socket, SocksServerOptions.Default, deadline.Token).AsTask();

        foreach (byte b in Wire.Connect("example.onion:80").Take(10))
        {
            socket.Arrive(b);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        SocksHandshake outcome = await handshake;
        outcome.Refusal.Should().Be(SocksRefusal.TimedOut);
        outcome.IsAccepted.Should().BeFalse();
        socket.Sent.Should().BeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("05")]
    [InlineData("05 01 00 05 01 00 03 05 61")]
    [InlineData("43 4F 4E")]
    public async Task A_client_that_ends_early_is_told_apart(string hex)
    {
        using var socket = new ScriptedSocket();
        if (hex.Length > 0)
        {
            socket.Arrive(Wire.Hex(hex));
        }

        socket.ArriveEnd();

        (await SocksServer.HandshakeAsync(socket, SocksServerOptions.Default, Token)).Refusal.Should().Be(SocksRefusal.Ended);
    }

    [Fact]
    public async Task A_reset_is_an_outcome_and_no_exception()
    {
        using var socket = new ScriptedSocket();
        socket.Arrive(5).ArriveReset();

        (await SocksServer.HandshakeAsync(socket, SocksServerOptions.Default, Token)).Refusal.Should().Be(SocksRefusal.ConnectionFailed);
    }

    [Fact]
    public async Task A_refused_client_is_told_why_and_its_end_awaited()
    {
        using var socket = new ScriptedSocket();
        socket.Arrive(Wire.Text("POST / HTTP/1.1\r\n"));
        Task<SocksHandshake> handshake = SocksServer.HandshakeAsync(socket, SocksServerOptions.Default, Token).AsTask();

        Encoding.ASCII.GetString(await socket.SentAsync(1)).Should().StartWith("HTTP/1.1 405 ");
        handshake.IsCompleted.Should().BeFalse();
        socket.Arrive(Wire.Text("\r\nthe body")).ArriveEnd();

        (await handshake).Refusal.Should().Be(SocksRefusal.HttpMethod);
        socket.IsSendEnded.Should().BeTrue();
        socket.IsClosed.Should().BeFalse("closing is the caller's");
    }

    [Fact]
    public async Task A_refused_client_that_goes_on_sending_is_left_after_64_KiB()
    {
        using var socket = new ScriptedSocket();
        socket.Arrive(Wire.Text("POST / HTTP/1.1\r\n")).Arrive(new byte[1_000_000]);

        (await SocksServer.HandshakeAsync(socket, SocksServerOptions.Default, Token)).Refusal.Should().Be(SocksRefusal.HttpMethod);

        socket.Received.Should().BeLessThan(SocksServer.MaxDrained + 8192);
    }

    [Fact]
    public async Task A_refused_client_that_does_not_leave_is_left_at_the_deadline()
    {
        var clock = new FakeTimeProvider();
        using CancellationTokenSource deadline = Deadline.After(TimeSpan.FromSeconds(10), clock).CreateLinkedSource(Token);
        using var socket = new ScriptedSocket();
        socket.Arrive(5, 0);
        Task<SocksHandshake> handshake = SocksServer.HandshakeAsync(socket, SocksServerOptions.Default, deadline.Token).AsTask();
        (await socket.SentAsync(2)).Should().Equal(5, 0xFF);

        clock.Advance(TimeSpan.FromSeconds(10));

        (await handshake).Refusal.Should().Be(SocksRefusal.NoMethods);
    }

    [Fact]
    public async Task A_client_of_an_unknown_protocol_is_left_at_once()
    {
        using var socket = new ScriptedSocket();
        socket.Arrive(0x16, 3, 1);

        (await SocksServer.HandshakeAsync(socket, SocksServerOptions.Default, Token)).Refusal.Should().Be(SocksRefusal.UnknownProtocol);
        socket.Sent.Should().BeEmpty();
    }

    [Fact]
    public async Task Five_thousand_stalled_handshakes_hold_no_buffer()
    {
        var clock = new FakeTimeProvider();
        using CancellationTokenSource deadline = Deadline.After(TimeSpan.FromSeconds(10), clock).CreateLinkedSource(Token);
        var sockets = new ScriptedSocket[5000];
        var handshakes = new Task<SocksHandshake>[sockets.Length];
        for (int i = 0; i < sockets.Length; i++)
        {
            // Receiving before something is there would be a fault of its own, see ScriptedSocket.
            sockets[i] = new ScriptedSocket().Arrive(5, 3, 0);
            handshakes[i] = SocksServer.HandshakeAsync(sockets[i], SocksServerOptions.Default, deadline.Token).AsTask();
        }

        handshakes.Should().OnlyContain(h => !h.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(10));

        SocksHandshake[] outcomes = await Task.WhenAll(handshakes);
        outcomes.Should().OnlyContain(o => o.Refusal == SocksRefusal.TimedOut);
    }

    [Fact]
    public async Task A_failed_dial_is_told_and_the_client_s_end_awaited()
    {
        using var socket = new ScriptedSocket();
        Task refused = SocksServer.RefuseAsync(socket, SocksReply.Failed(SocksProtocol.Socks5, DialErrorKind.NotFound, extended: true), Token).AsTask();

        (await socket.SentAsync(10))[1].Should().Be(0xF0);
        socket.IsSendEnded.Should().BeTrue();
        refused.IsCompleted.Should().BeFalse();
        socket.Arrive(1, 2, 3).ArriveEnd();
        await refused;
    }

    [Fact]
    public async Task A_client_that_is_gone_when_it_should_be_told_is_no_fault()
    {
        using var socket = new ScriptedSocket();
        socket.ArriveReset();

        await SocksServer.RefuseAsync(socket, SocksReply.Failed(SocksProtocol.Http, DialErrorKind.NotFound, extended: false), Token);
    }
}
