using System.Net;

namespace Klyntar.Overlay.Socks.Tests;

/// <summary>curl against a real socket. Names end in .test, so that a client that resolved them itself would fail.</summary>
public class CurlTests
{
    private const int CouldNotConnectThroughProxy = 97;
    private const int ReceiveFailed = 56;

    [Theory]
    [InlineData("socks5h", SocksProtocol.Socks5)]
    [InlineData("socks4a", SocksProtocol.Socks4)]
    [InlineData("http", SocksProtocol.Http)]
    public async Task Curl_fetches_a_page_by_name(string scheme, SocksProtocol protocol)
    {
        await using var proxy = new ProxyUnderTest();

        CurlResult result = await Curl.RunAsync("--proxytunnel", "-x", $"{scheme}://{proxy.EndPoint}", "http://service.test:7332/");

        result.Should().Be(new CurlResult(0, "hello", ""));
        (await proxy.NextAsync()).Request.Should().BeEquivalentTo(new { Protocol = protocol, Command = SocksCommand.Connect, Host = "service.test", Address = (IPAddress?)null, Port = 7332, HasCredentials = false });
    }

    [Theory]
    [InlineData("--socks5-hostname", SocksProtocol.Socks5)]
    [InlineData("--socks4a", SocksProtocol.Socks4)]
    public async Task Curl_s_older_options_do_as_well(string option, SocksProtocol protocol)
    {
        await using var proxy = new ProxyUnderTest();

        (await Curl.RunAsync(option, $"{proxy.EndPoint}", "http://service.test/")).Output.Should().Be("hello");
        (await proxy.NextAsync()).Request!.Protocol.Should().Be(protocol);
    }

    [Theory]
    [InlineData("socks5h", "wallet:pass%20word", "wallet", "pass word")]
    [InlineData("http", "wallet:pass%20word", "wallet", "pass word")]
    [InlineData("http", "wallet:a%3Ab", "wallet", "a:b")]
    [InlineData("socks4a", "wallet", "wallet", "")]
    public async Task Curl_s_credentials_arrive(string scheme, string credentials, string user, string password)
    {
        await using var proxy = new ProxyUnderTest();

        (await Curl.RunAsync("--proxytunnel", "-x", $"{scheme}://{credentials}@{proxy.EndPoint}", "http://service.test/")).Output.Should().Be("hello");

        SocksRequest request = (await proxy.NextAsync()).Request!;
        request.HasCredentials.Should().BeTrue();
        request.User.ToArray().Should().Equal(Wire.Text(user));
        request.Password.ToArray().Should().Equal(Wire.Text(password));
    }

    [Theory]
    [InlineData("socks5h", "http://192.0.2.7/", "192.0.2.7")]
    [InlineData("socks5h", "http://[2001:db8::9]/", "2001:db8::9")]
    [InlineData("socks5", "http://192.0.2.7/", "192.0.2.7")]
    [InlineData("socks4", "http://192.0.2.7/", "192.0.2.7")]
    [InlineData("socks4a", "http://192.0.2.7/", "192.0.2.7")]
    [InlineData("http", "http://192.0.2.7/", "192.0.2.7")]
    [InlineData("http", "http://[2001:db8::9]/", "2001:db8::9")]
    public async Task An_address_arrives_as_one_however_curl_writes_it(string scheme, string url, string address)
    {
        await using var proxy = new ProxyUnderTest();

        (await Curl.RunAsync("--proxytunnel", "-x", $"{scheme}://{proxy.EndPoint}", url)).Output.Should().Be("hello");

        (await proxy.NextAsync()).Request!.Address.Should().Be(IPAddress.Parse(address));
    }

    [Theory]
    [InlineData("socks5h", CouldNotConnectThroughProxy, "*(4)*")]
    [InlineData("socks4a", CouldNotConnectThroughProxy, "*(91)*")]
    [InlineData("http", ReceiveFailed, "*404*")]
    public async Task Curl_is_told_of_a_failed_dial(string scheme, int exitCode, string error)
    {
        await using var proxy = new ProxyUnderTest();

        CurlResult result = await Curl.RunAsync("--proxytunnel", "-x", $"{scheme}://{proxy.EndPoint}", "http://unknown.test/");

        result.ExitCode.Should().Be(exitCode);
        result.Error.Should().Match(error);
    }

    [Theory]
    [InlineData("socks5h", "alice:secret@", 0)]
    [InlineData("http", "alice:secret@", 0)]
    [InlineData("socks5h", "alice:wrong@", CouldNotConnectThroughProxy)]
    [InlineData("http", "alice:wrong@", ReceiveFailed)]
    [InlineData("socks5h", "", CouldNotConnectThroughProxy)]
    [InlineData("http", "", ReceiveFailed)]
    [InlineData("socks4a", "alice@", CouldNotConnectThroughProxy)]
    public async Task Required_credentials_are_required_of_curl(string scheme, string credentials, int exitCode)
    {
        await using var proxy = new ProxyUnderTest(Socks5Tests.Requiring("alice"u8, "secret"u8));

        CurlResult result = await Curl.RunAsync("--proxytunnel", "-x", $"{scheme}://{credentials}{proxy.EndPoint}", "http://service.test/");

        result.ExitCode.Should().Be(exitCode, result.Error);
        (await proxy.NextAsync()).IsAccepted.Should().Be(exitCode == 0);
    }

    [Fact]
    public async Task Curl_may_learn_from_a_407_that_credentials_are_wanted()
    {
        await using var proxy = new ProxyUnderTest(Socks5Tests.Requiring("alice"u8, "secret"u8));

        (await Curl.RunAsync("--proxytunnel", "--proxy-anyauth", "-U", "alice:secret", "-x", $"http://{proxy.EndPoint}", "http://service.test/")).Output.Should().Be("hello");
    }

    [Fact]
    public async Task Who_opens_the_port_in_a_browser_reads_what_it_is()
    {
        await using var proxy = new ProxyUnderTest();

        CurlResult result = await Curl.RunAsync("-w", "%{http_code}", $"http://{proxy.EndPoint}/");

        result.Should().Be(new CurlResult(0, SocksRefusal.HttpMethod.Sentence() + "\n405", ""));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(60_000)]
    public async Task Who_posts_to_the_port_reads_the_answer_although_the_body_is_not_wanted(int length)
    {
        await using var proxy = new ProxyUnderTest();

        CurlResult result = await Curl.RunAsync("-w", "%{http_code}", "-H", "Expect:", "-d", new string('x', length), $"http://{proxy.EndPoint}/");

        result.Should().Be(new CurlResult(0, SocksRefusal.HttpMethod.Sentence() + "\n405", ""));
    }

    [Fact]
    public async Task A_plain_page_asked_of_the_port_as_an_HTTP_proxy_is_refused_with_a_sentence()
    {
        await using var proxy = new ProxyUnderTest();

        CurlResult result = await Curl.RunAsync("-w", "%{http_code}", "-x", $"http://{proxy.EndPoint}", "http://service.test/");

        result.Output.Should().Be(SocksRefusal.HttpMethod.Sentence() + "\n405");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Our_own_client_connects_over_real_sockets(bool optimistic)
    {
        await using var proxy = new ProxyUnderTest();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using Connections.EngineSocket socket = await Connections.SocketEngine.Portable.ConnectAsync(proxy.EndPoint, null, timeout.Token);
        byte[] page = Wire.Text("GET / HTTP/1.1\r\n\r\n");
        var request = new SocksClientRequest("service.test", 80) { Credentials = (Wire.Text("u"), default), Optimistic = optimistic, Payload = optimistic ? page : default };

        SocksClientReply reply = await SocksClient.ConnectAsync(socket, request, timeout.Token);
        reply.IsConnected.Should().BeTrue();
        if (!optimistic)
        {
            await socket.SendAsync(page, timeout.Token);
        }

        List<byte> answer = [.. reply.AlreadyRead.Span];
        byte[] buffer = new byte[100];
        while (await socket.ReceiveAsync(buffer, timeout.Token) is var received and > 0)
        {
            answer.AddRange(buffer.AsSpan(0, received));
        }

        answer.Should().EndWith(Wire.Text("hello"));
    }
}
