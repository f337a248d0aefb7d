namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class VisitorKeysTests
{
    [Fact]
    public void A_client_is_one_visitor_and_no_other_clients_one()
    {
        VisitorKeys keys = new();
        IsolationKey[] clients = [IsolationKey.Shared, IsolationKey.Unique(), IsolationKey.Unique()];
        ZeroNetPrivateKey[] first = [.. clients.Select(keys.Of)];
        first.Select(static key => key.Address).Should().OnlyHaveUniqueItems();
        clients.Select(keys.Of).Should().Equal(first);
        clients.Select(new VisitorKeys().Of).Should().NotIntersectWith(first, "keys are made anew by each gateway");
    }

    [Fact]
    public void Whoever_is_forgotten_is_a_new_visitor()
    {
        VisitorKeys keys = new();
        ZeroNetPrivateKey before = keys.Of(IsolationKey.Shared);
        keys.Clear();
        keys.Of(IsolationKey.Shared).Address.Should().NotBe(before.Address);
    }

    [Fact]
    public void Only_so_many_are_remembered_and_the_first_goes_first()
    {
        const int Most = 1024;
        VisitorKeys keys = new();
        IsolationKey[] clients = [.. Enumerable.Range(0, Most + 1).Select(static _ => IsolationKey.Unique())];
        ZeroNetPrivateKey[] made = [.. clients.Select(keys.Of)];
        keys.Of(clients[1]).Should().BeSameAs(made[1]);
        keys.Of(clients[Most]).Should().BeSameAs(made[Most]);
        keys.Of(clients[0]).Address.Should().NotBe(made[0].Address);
    }
}
