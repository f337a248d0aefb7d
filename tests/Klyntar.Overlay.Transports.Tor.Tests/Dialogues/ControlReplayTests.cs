using System.Net.Sockets;
using System.Text;
using Klyntar.Overlay.Connections;
using Xunit.Sdk;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>The test tool itself: what it minds, and what it hides.</summary>
public sealed class ControlReplayTests : IAsyncDisposable
{
    private static readonly string Key = new string('k', 86) + "==";

    private readonly TempFolder _folder = new();
    private readonly DialogueValues _values = new();
    private ControlReplay? _replay;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await (_replay?.DisposeAsync() ?? default);
        _folder.Dispose();
    }

    [Fact]
    public async Task A_client_that_says_something_else_fails_with_the_line_what_was_expected_and_what_came()
    {
        EngineSocket client = await PlayAsync("> HELLO", "< 250 OK", "> BYE");
        await SayAsync(client, "HELLO\r\nSETCONF x\r\n");
        (await Failure()).Should().Contain("test, line 3").And.Contain("> BYE").And.Contain("it said: SETCONF x");
    }

    [Fact]
    public async Task A_client_that_ends_too_early_or_too_late_fails()
    {
        EngineSocket early = await PlayAsync("> HELLO");
        early.Dispose();
        (await Failure()).Should().Contain("line 1").And.Contain("it ended");

        EngineSocket late = await PlayAsync("client ends");
        await SayAsync(late, "MORE\r\n");
        (await Failure()).Should().Contain("client ends").And.Contain("MORE");
    }

    [Fact]
    public async Task A_secret_that_comes_is_not_shown()
    {
        EngineSocket client = await PlayAsync("> HELLO");
        await SayAsync(client, $"ADD_ONION ED25519-V3:{Key}\r\n");
        (await Failure()).Should().Contain("ADD_ONION ED25519-V3:{key}").And.NotContain(Key);
    }

    [Fact]
    public void What_the_client_chose_is_what_it_has_to_say_from_then_on()
    {
        string service = new('a', 56);
        _values.Matches("HSFETCH {service}", "HSFETCH short").Should().BeFalse();
        _values.Matches("HSFETCH {service}", $"HSFETCH {service}").Should().BeTrue();
        _values.Fill("650 HS_DESC {service}").Should().Be($"650 HS_DESC {service}");
        _values.Matches("DEL_ONION {service}", $"DEL_ONION {new string('b', 56)}").Should().BeFalse();
        _values.Matches("DEL_ONION {service}", $"DEL_ONION {service}").Should().BeTrue();
        _values.Invoking(v => v.Fill("{unheard}")).Should().Throw<FormatException>();
    }

    [Fact]
    public void Whatever_is_secret_or_by_chance_gets_a_name_and_the_same_value_the_same_one()
    {
        var names = new DialogueNames();
        names.Know("folder", "/home/somebody/tor");
        string hex = new('A', 64), service = new('a', 56);
        (string Line, string Written)[] lines =
        [
            ($"250-AUTH COOKIEFILE=\"/home/somebody/tor/cookie\"", "250-AUTH COOKIEFILE=\"{folder}/cookie\""),
            ($"AUTHENTICATE {hex}", "AUTHENTICATE {proof}"),
            ("AUTHENTICATE \"open door\"", "AUTHENTICATE \"{unknown-password}\""),
            ($"AUTHCHALLENGE SAFECOOKIE {hex}", "AUTHCHALLENGE SAFECOOKIE {client-nonce}"),
            ($"250 AUTHCHALLENGE SERVERHASH={hex} SERVERNONCE={hex}", "250 AUTHCHALLENGE SERVERHASH={server-hash} SERVERNONCE={server-nonce}"),
            ($"ADD_ONION ED25519-V3:{Key} Port=80,127.0.0.1:5555", "ADD_ONION ED25519-V3:{key} Port=80,127.0.0.1:{port}"),
            ($"250-PrivateKey=ED25519-V3:{Key}", "250-PrivateKey=ED25519-V3:{key}"),
            ($"250-ServiceID={service}", "250-ServiceID={service}"),
            ($"650 HS_DESC CREATED {new string('b', 56)} UNKNOWN", "650 HS_DESC CREATED {service-2} UNKNOWN"),
            ($"DEL_ONION {service}", "DEL_ONION {service}"),
            ($"ONION_CLIENT_AUTH_ADD {service} x25519:{new string('c', 43)}=", "ONION_CLIENT_AUTH_ADD {service} x25519:{client-key}"),
            ($"250-ClientAuthV3={new string('D', 52)}", "250-ClientAuthV3={client}"),
        ];
        foreach ((string line, string written) in lines)
        {
            names.Replace(line).Should().Be(written);
        }
    }

    private async Task<EngineSocket> PlayAsync(params string[] lines)
    {
        await (_replay?.DisposeAsync() ?? default);
        var endPoint = new UnixDomainSocketEndPoint(_folder["control"]);
        _replay = new ControlReplay(endPoint, new Dialogue("test", "", [.. lines.Select((l, i) => DialogueStep.Parse(l, i + 1))]), _values, new ReplayOptions());
        return await SocketEngine.Portable.ConnectAsync(endPoint, null, Ct);
    }

    private async Task<string> Failure() => (await _replay!.Invoking(r => r.FinishAsync()).Should().ThrowAsync<XunitException>()).Which.Message;

    private static async Task SayAsync(EngineSocket client, string text) => await client.SendAsync(Encoding.Latin1.GetBytes(text), Ct);
}
