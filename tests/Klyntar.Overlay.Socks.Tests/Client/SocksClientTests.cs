using System.Net.Sockets;

namespace Klyntar.Overlay.Socks.Tests;

public class SocksClientTests
{
    private static readonly SocksClientRequest Request = new("example.onion", 80) { Credentials = (Wire.Text("u"), Wire.Text("p")) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_goes_out_in_one_segment_and_the_stream_s_bytes_come_back()
    {
        using var socket = new ScriptedSocket();
        Task<SocksClientReply> connecting = SocksClient.ConnectAsync(socket, Request with { Payload = Wire.Text("GET") }, Token).AsTask();
        byte[] sent = await socket.SentAsync(1);
        sent.Should().Equal([.. Wire.Greeting(2), .. Wire.Password("u"u8, "p"u8), .. Wire.Request(1, Wire.Text("example.onion"), 80), .. Wire.Text("GET")]);
        socket.Sends.Should().Be(1);

        socket.Arrive(5, 2).Arrive(1).Arrive(Wire.Hex("00 05 00 00 01 00000000 0000 AA"));

        SocksClientReply reply = await connecting;
        reply.IsConnected.Should().BeTrue();
        reply.AlreadyRead.ToArray().Should().Equal(0xAA);
        socket.IsClosed.Should().BeFalse();
    }

    [Fact]
    public async Task Step_by_step_nothing_is_sent_ahead()
    {
        using var socket = new ScriptedSocket();
        Task<SocksClientReply> connecting = SocksClient.ConnectAsync(socket, Request with { Optimistic = false }, Token).AsTask();
        (await socket.SentAsync(3)).Should().HaveCount(3);
        socket.Arrive(5, 2);
        (await socket.SentAsync(8)).Should().HaveCount(8);
        socket.Arrive(1, 0);
        await socket.SentAsync(9);
        socket.Arrive(Wire.Hex("05 F2 00 01 00000000 0000"));

        (await connecting).Should().BeEquivalentTo(new { Code = 0xF2, Violation = (string?)null, IsConnected = false });
    }

    [Theory]
    [InlineData("")]
    [InlineData("05")]
    [InlineData("05 02 01 00 05 00 00 01 00")]
    public async Task A_proxy_that_closes_early_is_named(string answers)
    {
        using var socket = new ScriptedSocket();
        if (answers.Length > 0)
        {
            socket.Arrive(Wire.Hex(answers));
        }

        socket.ArriveEnd();

        SocksClientReply reply = await SocksClient.ConnectAsync(socket, Request, Token);

        reply.Should().BeEquivalentTo(new { End = SocksClientEnd.Closed, Violation = "closed the connection before its reply", IsConnected = false });
    }

    [Fact]
    public async Task A_failing_connection_is_the_socket_s_exception()
    {
        using var socket = new ScriptedSocket();
        Task<SocksClientReply> connecting = SocksClient.ConnectAsync(socket, Request, Token).AsTask();
        await socket.SentAsync(1);
        socket.ArriveReset();

        await connecting.Awaiting(c => c).Should().ThrowAsync<SocketException>();
    }

    [Fact]
    public async Task A_silent_proxy_is_given_up_when_asked()
    {
        using var socket = new ScriptedSocket();
        using var cancellation = new CancellationTokenSource();
        Task<SocksClientReply> connecting = SocksClient.ConnectAsync(socket, Request, cancellation.Token).AsTask();
        await socket.SentAsync(1);

        await cancellation.CancelAsync();

        await connecting.Awaiting(c => c).Should().ThrowAsync<OperationCanceledException>();
    }
}
