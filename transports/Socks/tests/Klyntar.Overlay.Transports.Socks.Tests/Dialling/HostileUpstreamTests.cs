using System.IO.Pipelines;
using System.Text;
using Klyntar.Overlay.Connections;

namespace Klyntar.Overlay.Transports.Socks.Tests;

/// <summary>Whatever a server does, a dial ends with a value that says what it did.</summary>
public sealed class HostileUpstreamTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_server_that_leaves_early_makes_the_host_unreachable(int answers)
    {
        byte[][] all = [UpstreamScript.Chosen, []];
        await using UpstreamScript server = UpstreamScript.Answers(stays: false, all[..answers]);

        DialError error = await FailAsync(server);

        error.Kind.Should().Be(DialErrorKind.Unreachable);
        error.Detail.Should().StartWith("upstream scripted: ");
    }

    [Fact]
    public async Task A_server_that_resets_the_connection_makes_the_host_unreachable()
    {
        await using UpstreamScript server = UpstreamScript.Does(async (socket, token) =>
        {
            await UpstreamScript.ReadAsync(socket, isGreeting: true, token);
            socket.Abort();
        });

        (await FailAsync(server)).Kind.Should().Be(DialErrorKind.Unreachable);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "", "answered the greeting with version 72; perhaps it is no SOCKS5 proxy")]
    [InlineData("\u0005\u0002", "", "chose the method 02, which was not offered")]
    [InlineData("\u0005\0", "HTTP", "answered the request with version 72")]
    [InlineData("\u0005\0", "\u0005\0\u0001\u0001\0\0\0\0\0\0", "answered the request with a reserved byte that is not 00")]
    [InlineData("\u0005\0", "\u0005\0\0\u0009\0\0\0\0\0\0", "answered the request with the unknown address type 09")]
    public async Task A_server_that_says_nonsense_is_told_of(string greeting, string reply, string what)
    {
        await using UpstreamScript server = UpstreamScript.Answers(stays: true, Encoding.Latin1.GetBytes(greeting), Encoding.Latin1.GetBytes(reply));

        DialError error = await FailAsync(server);

        error.Should().Be(new DialError(DialErrorKind.ProtocolViolation, "socks", $"upstream scripted: {what}"));
    }

    [Fact]
    public async Task A_reply_whose_name_is_as_long_as_it_can_be_and_none_is_a_violation()
    {
        await using UpstreamScript server = UpstreamScript.Answers(stays: true, UpstreamScript.Chosen, [5, 0, 0, 3, 255, .. Enumerable.Repeat((byte)'\n', 257)]);

        (await FailAsync(server)).Kind.Should().Be(DialErrorKind.ProtocolViolation);
    }

    [Fact]
    public async Task A_server_that_never_stops_talking_is_cut_off_at_its_first_fault()
    {
        await using UpstreamScript server = UpstreamScript.Does(async (socket, token) =>
        {
            var chunk = new byte[16 * 1024];
            while (true)
            {
                await socket.SendAsync(chunk, token);
            }
        });

        (await FailAsync(server)).Kind.Should().Be(DialErrorKind.ProtocolViolation);
    }

    [Fact]
    public async Task A_server_that_wants_credentials_is_told_of_in_the_status()
    {
        await using UpstreamScript server = UpstreamScript.Answers(stays: true, [5, 0xFF]);
        await using StartedTransport started = await StartedTransport.StartAsync(UpstreamScript.Transport(server.EndPoint), new TestTransportContext(), Stop);

        DialResult result = await started.Transport.DialAsync(new DialRequest(started.Transport.Parse("some.test", 80).EndPoint!), Stop);

        result.Error!.Kind.Should().Be(DialErrorKind.TransportFailed);
        started.Transport.Status.Current.Should().Be(
            new TransportStatus.Degraded("The SOCKS server of the upstream scripted wants credentials, or another authentication than SOCKS5 defines. Correct its section in the configuration."));
    }

    [Theory]
    [InlineData(1, DialErrorKind.Unreachable)]
    [InlineData(2, DialErrorKind.NotAllowed)]
    [InlineData(3, DialErrorKind.Unreachable)]
    [InlineData(4, DialErrorKind.Unreachable)]
    [InlineData(5, DialErrorKind.Refused)]
    [InlineData(6, DialErrorKind.TimedOut)]
    [InlineData(7, DialErrorKind.ProtocolViolation)]
    [InlineData(8, DialErrorKind.InvalidAddress)]
    [InlineData(9, DialErrorKind.ProtocolViolation)]
    [InlineData(0xF0, DialErrorKind.NotFound)]
    [InlineData(0xF1, DialErrorKind.InvalidDescriptor)]
    [InlineData(0xF2, DialErrorKind.Unreachable)]
    [InlineData(0xF3, DialErrorKind.Unreachable)]
    [InlineData(0xF4, DialErrorKind.AuthorizationMissing)]
    [InlineData(0xF5, DialErrorKind.AuthorizationWrong)]
    [InlineData(0xF6, DialErrorKind.InvalidAddress)]
    [InlineData(0xF7, DialErrorKind.TimedOut)]
    [InlineData(0xFF, DialErrorKind.ProtocolViolation)]
    public async Task Each_reply_code_is_an_error_of_the_vocabulary(byte code, DialErrorKind kind)
    {
        await using UpstreamScript server = UpstreamScript.Answers(stays: true, UpstreamScript.Chosen, [5, code, 0, 1, 0, 0, 0, 0, 0, 0]);

        (await FailAsync(server)).Should().Be(new DialError(kind, "socks", $"upstream scripted: SOCKS reply {code:X2}"));
    }

    [Fact]
    public async Task Bytes_that_come_with_the_reply_are_the_first_of_the_stream()
    {
        await using UpstreamScript server = UpstreamScript.Answers(stays: true, UpstreamScript.Chosen, [.. UpstreamScript.Connected, .. "hello"u8]);

        DialResult result = await server.DialAsync(Stop);

        await using Microsoft.AspNetCore.Connections.ConnectionContext connection = result.Connection!;
        ReadResult read = await connection.Transport.Input.ReadAtLeastAsync(5, Stop);
        Encoding.ASCII.GetString(read.Buffer).Should().Be("hello");
    }

    [Fact]
    public async Task A_reply_that_comes_a_byte_at_a_time_is_read()
    {
        await using UpstreamScript server = UpstreamScript.Does(async (socket, token) =>
        {
            await UpstreamScript.ReadAsync(socket, isGreeting: true, token);
            await SendSlowlyAsync(socket, UpstreamScript.Chosen, token);
            await UpstreamScript.ReadAsync(socket, isGreeting: false, token);
            await SendSlowlyAsync(socket, [.. UpstreamScript.Connected, (byte)'!'], token);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        });

        DialResult result = await server.DialAsync(Stop);

        await using Microsoft.AspNetCore.Connections.ConnectionContext connection = result.Connection!;
        ReadResult read = await connection.Transport.Input.ReadAsync(Stop);
        read.Buffer.FirstSpan[0].Should().Be((byte)'!');

        static async Task SendSlowlyAsync(EngineSocket socket, byte[] bytes, CancellationToken token)
        {
            foreach (byte b in bytes)
            {
                await socket.SendAsync(new[] { b }, token);
                await Task.Yield();
            }
        }
    }

    private static async Task<DialError> FailAsync(UpstreamScript server)
    {
        DialResult result = await server.DialAsync(Stop);
        result.IsConnected.Should().BeFalse();
        return result.Error!;
    }
}
