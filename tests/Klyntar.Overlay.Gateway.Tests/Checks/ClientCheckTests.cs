using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>The check whether a program goes through a door, from the gateway's client to the page that the program finds.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ClientCheckTests : IAsyncLifetime
{
    private const byte NotAllowed = 2;

    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(2);

    private readonly InMemoryOverlay _overlay = new();
    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly GatewayClient _client;
    private TestGateway? _gateway;

    public ClientCheckTests() => _client = new GatewayClient(_folder.Path);

    private TestGateway Gateway => _gateway!;

    public async ValueTask InitializeAsync() => _gateway = await TestGateway.StartAsync(_overlay, clock: _clock, folder: _folder);

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_program_that_sends_the_name_is_told_of_and_finds_a_page()
    {
        await using OpenCheck check = await OpenCheck.StartAsync(_client, Wait);

        using Socket socket = await Gateway.DialAsync(check.Name, 8080);
        await socket.SendAsync($"GET / HTTP/1.1\r\nHost: {check.Name}\r\n\r\n");

        string page = Encoding.UTF8.GetString(await socket.ReadToEndAsync());
        page.Should().StartWith("HTTP/1.1 200 OK\r\n").And.Contain("You came through the gateway's SOCKS door by SOCKS5, with the isolation that all share");
        (await check.EndAsync()).Should().Be(new ClientArrival("SOCKS5", $"{Gateway.Socks}", 8080, null));
    }

    [Fact]
    public async Task Socks4a_is_called_by_its_name()
    {
        await using OpenCheck check = await OpenCheck.StartAsync(_client, Wait);
        using Socket socket = await Gateway.ConnectAsync();

        await socket.SendAsync([4, 1, 0, 80, 0, 0, 0, 1, 0, .. Encoding.ASCII.GetBytes(check.Name), 0]);

        (await socket.ReadAsync(8))[1].Should().Be(0x5A);
        (await check.EndAsync())!.Protocol.Should().Be("SOCKS4a");
    }

    [Fact]
    public async Task Http_CONNECT_is_called_by_its_name_and_a_request_that_came_with_it_is_answered()
    {
        await using OpenCheck check = await OpenCheck.StartAsync(_client, Wait);
        using Socket socket = await Gateway.ConnectAsync();

        await socket.SendAsync($"CONNECT {check.Name}:80 HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");

        Encoding.UTF8.GetString(await socket.ReadToEndAsync()).Should().StartWith("HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\n").And.Contain("by HTTP CONNECT");
        (await check.EndAsync())!.Protocol.Should().Be("HTTP CONNECT");
    }

    [Fact]
    public async Task A_resolvers_spelling_of_the_name_is_the_name()
    {
        await using OpenCheck check = await OpenCheck.StartAsync(_client, Wait);

        using Socket socket = await Gateway.DialAsync(check.Name.ToUpperInvariant() + ".");

        (await check.EndAsync()).Should().NotBeNull();
    }

    [Fact]
    public async Task Equal_credentials_have_equal_labels_and_others_have_others_and_none_says_anything_of_them()
    {
        string first = await LabelAsync("alice", "password");
        string again = await LabelAsync("alice", "password");
        string other = await LabelAsync("alice", "passwore");

        again.Should().Be(first).And.NotBe(other).And.MatchRegex("^[0-9a-f]{8}$");

        async Task<string> LabelAsync(string user, string password)
        {
            await using OpenCheck check = await OpenCheck.StartAsync(_client, Wait);
            using Socket socket = await Gateway.ConnectAsync();
            await socket.SendAsync(Socks5.Request(check.Name, 80, user, password));
            return (await check.EndAsync())!.Isolation!;
        }
    }

    [Fact]
    public async Task A_name_serves_once()
    {
        await using OpenCheck check = await OpenCheck.StartAsync(_client, Wait);
        using Socket first = await Gateway.DialAsync(check.Name);

        (await ReplyAsync(check.Name)).Should().Be(NotAllowed);
        await check.EndAsync();
        (await ReplyAsync(check.Name)).Should().Be(NotAllowed);
    }

    [Theory]
    [InlineData("check.overlay.alt")]
    [InlineData(".check.overlay.alt")]
    [InlineData("00000000000000000000000000000000.check.overlay.alt")]
    public async Task A_name_that_was_not_given_out_is_refused(string name)
    {
        await using OpenCheck check = await OpenCheck.StartAsync(_client, Wait);

        (await ReplyAsync(name)).Should().BeOneOf(NotAllowed, 1);
        (await ReplyAsync($"x{check.Name}")).Should().Be(NotAllowed);
        (await ReplyAsync(check.Name[1..])).Should().Be(NotAllowed);
        check.IsOver.Should().BeFalse();
    }

    [Fact]
    public async Task When_nobody_comes_in_time_that_is_said_and_the_name_is_refused()
    {
        await using OpenCheck check = await OpenCheck.StartAsync(_client, Wait);

        _clock.Advance(Wait);

        (await check.EndAsync()).Should().BeNull();
        (await ReplyAsync(check.Name)).Should().Be(NotAllowed);
    }

    [Fact]
    public async Task There_are_only_so_many_at_once()
    {
        List<OpenCheck> checks = await FillAsync();

        checks.Select(c => c.Name).Should().OnlyHaveUniqueItems();
        await FluentActions.Awaiting(() => OpenCheck.StartAsync(_client, Wait)).Should().ThrowAsync<OverlayException>().WithMessage("As many checks are under way*");

        await LeaveAsync(checks);
    }

    [Fact]
    public async Task A_name_ends_with_whoever_asked_for_it()
    {
        List<OpenCheck> left = await FillAsync();
        await LeaveAsync(left);

        // All places are free again only once all the names are gone.
        List<OpenCheck> next = await FillAsync();

        foreach (OpenCheck check in left)
        {
            (await ReplyAsync(check.Name)).Should().Be(NotAllowed);
        }

        await LeaveAsync(next);
    }

    private static async Task LeaveAsync(IEnumerable<OpenCheck> checks)
    {
        foreach (OpenCheck check in checks)
        {
            await check.DisposeAsync();
        }
    }

    // That somebody has left is noticed soon, and told nobody.
    private async Task<List<OpenCheck>> FillAsync()
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        var checks = new List<OpenCheck>();
        while (checks.Count < ClientChecks.Limit)
        {
            try
            {
                checks.Add(await OpenCheck.StartAsync(_client, Wait));
            }
            catch (OverlayException) when (!limit.IsCancellationRequested)
            {
                await Task.Yield();
            }
        }

        return checks;
    }

    [Fact]
    public async Task A_program_that_asks_without_end_is_answered_and_let_go()
    {
        await using OpenCheck check = await OpenCheck.StartAsync(_client, Wait);
        using Socket socket = await Gateway.DialAsync(check.Name);

        await socket.SendAsync(new byte[64 * 1024]);

        (await socket.ReadToEndAsync()).Length.Should().BeLessThan(1024);
    }

    [Fact]
    public async Task A_program_that_asks_for_nothing_is_told_of_and_let_go_after_a_while()
    {
        await using OpenCheck check = await OpenCheck.StartAsync(_client, Wait);
        using Socket socket = await Gateway.DialAsync(check.Name);
        (await check.EndAsync()).Should().NotBeNull();

        _clock.Advance(TimeSpan.FromSeconds(10));

        (await socket.ReadToEndAsync()).Should().BeEmpty();
    }

    private async Task<byte> ReplyAsync(string name)
    {
        using Socket socket = await Gateway.ConnectAsync();
        await socket.SendAsync(Socks5.Request(name, 80));
        return await socket.ReadSocks5ReplyAsync();
    }
}
