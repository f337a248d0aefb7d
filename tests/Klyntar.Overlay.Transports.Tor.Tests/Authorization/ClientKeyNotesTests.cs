using System.Collections.Immutable;
using Klyntar.Overlay.Testing;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class ClientKeyNotesTests : IDisposable
{
    private readonly TestTransportContext _context = new();
    private readonly AuthorizationVerdicts _verdicts = new();
    private readonly string _ours = TorIdentityFormat.Instance.Create().Address;
    private readonly string _strange = TorIdentityFormat.Instance.Create().Address;

    public void Dispose() => _context.Dispose();

    [Fact]
    public void Without_keys_and_refusals_there_is_nothing_to_tell() => Notes([]).Should().BeEmpty();

    [Fact]
    public void Configured_services_are_named_and_others_only_hinted_at()
    {
        _verdicts.Judge(_ours, 0xF5);
        _verdicts.Judge(_strange, 0xF4);
        Notes([_ours]).Should().BeEquivalentTo(
            "has a client key for 1 service",
            $"{_ours} does not accept the client key \"alice\"",
            $"{_strange[..4]}….onion wants a client key, and there is none for it");
    }

    [Fact]
    public void However_many_refusals_there_are_the_notes_are_few()
    {
        for (int i = 0; i < 100; i++)
        {
            _verdicts.Judge($"{i}", 0xF4);
        }

        Notes([]).Should().HaveCount(9).And.Contain("92 more services want another client key");
    }

    private ImmutableArray<string> Notes(string[] hosts)
    {
        var keys = new TorClientKeys(hosts.ToDictionary(h => h, _ => "alice"));
        if (hosts.Length > 0)
        {
            _context.ClientKeys.Create("alice", keys.Create().Secret);
        }

        return ClientKeyNotes.Of(ClientKeyring.Load(keys, _context), _verdicts);
    }
}
