using Klyntar.Overlay.Identities;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>The keys and a tor that the test plays, well-behaved or hostile.</summary>
public sealed class ClientKeyringTests : IAsyncDisposable
{
    private readonly ScriptedPeer _tor = ScriptedPeer.OnUnixSocket();
    private readonly TestTransportContext _context = new();
    private readonly Dictionary<string, string> _uses = [];
    private readonly TorClientKeys _keys;

    public ClientKeyringTests() => _keys = new TorClientKeys(_uses);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _context.Dispose();
        await _tor.DisposeAsync();
    }

    [Theory]
    [InlineData("250 OK")]
    [InlineData("251 Client for onion existed and replaced")]
    [InlineData("252 Registered client and decrypted desc")]
    public async Task Each_key_is_given_for_its_service_and_every_way_of_taking_it_is_good(string reply)
    {
        string first = Use("alice", out string firstKey);
        string second = Use("bob", out string secondKey);
        Task<string?> giving = await GiveAsync();
        (await _tor.AnswerAsync($"{reply}\r\n")).Should().Be($"ONION_CLIENT_AUTH_ADD {first} {firstKey}");
        (await _tor.AnswerAsync($"{reply}\r\n")).Should().Be($"ONION_CLIENT_AUTH_ADD {second} {secondKey}");
        (await giving).Should().BeNull();
    }

    [Theory]
    [InlineData(512)]
    [InlineData(551)]
    [InlineData(552)]
    [InlineData(553)]
    [InlineData(510)]
    [InlineData(451)]
    [InlineData(399)]
    public async Task A_refusal_is_told_by_the_keys_name_and_the_code_alone_and_the_other_keys_are_given(int code)
    {
        string service = Use("alice", out string key);
        Use("bob", out _);
        Task<string?> giving = await GiveAsync();
        await _tor.AnswerAsync($"{code} Invalid private key \"{key[7..]}\" for {service}\r\n");
        (await _tor.AnswerAsync("250 OK\r\n")).Should().StartWith("ONION_CLIENT_AUTH_ADD ");
        string told = (await giving)!;
        told.Should().Contain("\"alice\"").And.Contain($"{code}").And.NotContain("bob");
        told.Should().NotContain(key[7..20]).And.NotContain(service[..12]);
    }

    [Fact]
    public async Task Many_refusals_make_a_short_sentence()
    {
        for (int i = 0; i < 10; i++)
        {
            Use($"key{i}", out _);
        }

        Task<string?> giving = await GiveAsync();
        for (int i = 0; i < 10; i++)
        {
            await _tor.AnswerAsync("512 no\r\n");
        }

        (await giving).Should().Contain("\"key0\"").And.Contain("\"key2\"").And.Contain("and 7 more").And.NotContain("key3");
    }

    [Fact]
    public async Task A_tor_that_ends_in_between_ends_the_session()
    {
        Use("alice", out _);
        Task<string?> giving = await GiveAsync();
        await _tor.ReadLineAsync();
        _tor.Close();
        await giving.Invoking(g => g).Should().ThrowAsync<ControlException>();
    }

    [Fact]
    public async Task A_control_port_that_may_not_be_tors_gets_no_key()
    {
        Use("alice", out _);
        await using TorControlConnection control = await _tor.ControlAsync();
        await ClientKeyring.Load(_keys, _context).Invoking(k => k.GiveAsync(control, Ct)).Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public void A_missing_key_is_told_with_what_to_do()
    {
        _uses[TorIdentityFormat.Instance.Create().Address] = "alice";
        Action load = () => ClientKeyring.Load(_keys, _context);
        load.Should().Throw<OverlayException>().Which.Message.Should().Contain("\"alice\"").And.Contain("keys auth new alice").And.NotContain(_uses.Keys.First()[..12]);
    }

    [Fact]
    public void A_damaged_key_is_told_without_its_bytes()
    {
        _uses[TorIdentityFormat.Instance.Create().Address] = "alice";
        _context.ClientKeys.Create("alice", "x25519:geheim"u8);
        Action load = () => ClientKeyring.Load(_keys, _context);
        load.Should().Throw<OverlayException>().Which.Message.Should().Contain("\"alice\" is damaged").And.NotContain("geheim");
    }

    [Fact]
    public void An_address_is_known_by_any_spelling_of_it()
    {
        string service = TorIdentityFormat.Instance.Create().Address;
        _uses[$"www.{service.ToUpperInvariant()}"] = "alice";
        _context.ClientKeys.Create("alice", _keys.Create().Secret);
        var keyring = ClientKeyring.Load(_keys, _context);
        keyring.Count.Should().Be(1);
        keyring.NameFor(service).Should().Be("alice");
        keyring.NameFor(TorIdentityFormat.Instance.Create().Address).Should().BeNull();
    }

    /// <summary>Uses a new key for a new service.</summary>
    /// <returns>The service's id.</returns>
    private string Use(string name, out string secret)
    {
        string host = TorIdentityFormat.Instance.Create().Address;
        ClientKey key = _keys.Create();
        _context.ClientKeys.Create(name, key.Secret);
        _uses[host] = name;
        secret = System.Text.Encoding.ASCII.GetString(key.Secret);
        return host[..56];
    }

    private async Task<Task<string?>> GiveAsync()
    {
        TorControlConnection control = await _tor.ControlAsync();
        control.IsPeerVerified = true;
        return ClientKeyring.Load(_keys, _context).GiveAsync(control, Ct);
    }
}
