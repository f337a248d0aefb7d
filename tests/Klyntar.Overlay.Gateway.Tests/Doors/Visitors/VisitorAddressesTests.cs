using System.Net;

namespace Klyntar.Overlay.Gateway.Tests;

public sealed class VisitorAddressesTests
{
    private readonly VisitorAddresses _addresses = new();

    [Fact]
    public void Connections_of_one_visitor_have_one_address_and_those_of_others_others()
    {
        VisitorAddress[] a = [Enter("a"), Enter("a")];
        a[0].Should().Be(a[1]);
        Enter("b").Should().NotBe(a[0]);
        _addresses.Enter("i2p", "a").Should().NotBe(a[0], "another overlay's visitor is another one, whatever it is called there");
        _addresses.Known.Should().Be(3);
    }

    [Fact]
    public void An_address_is_kept_for_who_has_left_and_comes_again()
    {
        VisitorAddress first = Enter("a");
        _addresses.Leave(first);
        Enumerable.Range(0, LoopbackRange.Visitors.Count - 1).Any(i => Enter($"{i}") == first).Should().BeFalse("there is one address for each of the others");
        Enter("a").Should().Be(first);
    }

    [Fact]
    public void As_many_visitors_as_there_are_addresses_have_one_each_and_who_is_one_too_many_shares()
    {
        var given = Enumerable.Range(0, LoopbackRange.Visitors.Count).Select(i => Enter($"{i}")).ToHashSet();
        given.Should().HaveCount(LoopbackRange.Visitors.Count);
        given.All(a => a.IsHeld).Should().BeTrue();
        VisitorAddress extra = Enter("one too many");
        extra.IsHeld.Should().BeFalse();
        Enter("one too many").Should().Be(extra);
        given.Should().Contain(extra with { IsHeld = true });
        _addresses.Leave(extra);
        _addresses.Known.Should().Be(LoopbackRange.Visitors.Count, "who shares takes nothing from whom it shares with");
        Enter("7").Should().Be(Enter("7"));
    }

    [Fact]
    public void Where_all_are_taken_whoever_left_first_loses_his_and_nobody_who_is_here_does()
    {
        VisitorAddress[] given = [.. Enumerable.Range(0, LoopbackRange.Visitors.Count).Select(i => Enter($"{i}"))];
        foreach (int who in (int[])[5, 3, 9])
        {
            _addresses.Leave(given[who]);
        }

        Enter("3").Should().Be(given[3]);
        Enter("new").Should().Be(given[5]);
        Enter("newer").Should().Be(given[9]);
        Enter("newest").IsHeld.Should().BeFalse();
        _addresses.Leave(given[3]);
        Enter("5").Should().Be(given[3], "its own has gone to another");
    }

    [Fact]
    public void A_million_visitors_fill_no_memory_and_take_nothing_from_those_who_are_here()
    {
        VisitorAddress here = Enter("here");
        VisitorAddress other = Enter("other");
        for (int i = 0; i < 1_000_000; i++)
        {
            VisitorAddress passing = Enter($"{i}");
            if (passing == here || passing == other)
            {
                Assert.Fail("The address of a visitor who is here was given to another.");
            }

            _addresses.Leave(passing);
        }

        _addresses.Known.Should().Be(LoopbackRange.Visitors.Count);
        Enter("here").Should().Be(here);
        Enter("other").Should().Be(other);
    }

    [Fact]
    public void Two_gateways_give_one_visitor_addresses_that_nobody_can_foretell()
    {
        int same = Enumerable.Range(0, 100).Count(i => Enter($"{i}") == new VisitorAddresses().Enter("tor", $"{i}"));
        same.Should().BeLessThan(5);
    }

    [Fact]
    public void Visitors_in_a_row_have_no_addresses_in_a_row()
    {
        int[] places = [.. Enumerable.Range(0, 50).Select(i => Enter($"{i}").Place)];
        places.Zip(places.Skip(1)).Count(p => p.Second - p.First == 1).Should().BeLessThan(5);
    }

    [Fact]
    public void All_addresses_are_in_127_72_and_no_two_are_one_and_none_ends_in_0_or_255()
    {
        HashSet<IPAddress> all = [.. Enumerable.Range(0, LoopbackRange.Visitors.Count).Select(i => new VisitorAddress(i, IsHeld: true).ToIPAddress())];
        all.Should().HaveCount(65_024);
        all.Select(a => a.GetAddressBytes()).All(b => b is [127, 72, _, > 0 and < 255]).Should().BeTrue();
    }

    [Fact]
    public void Any_comings_and_goings_leave_every_present_visitor_with_an_address_of_its_own()
    {
        var random = new Random(1);
        var here = new Dictionary<string, List<VisitorAddress>>();
        for (int i = 0; i < 200_000; i++)
        {
            string who = $"{random.Next(100_000)}";
            if (here.TryGetValue(who, out List<VisitorAddress>? open) && random.Next(3) > 0)
            {
                _addresses.Leave(open[^1]);
                open.RemoveAt(open.Count - 1);
                if (open.Count == 0)
                {
                    here.Remove(who);
                }

                continue;
            }

            VisitorAddress address = Enter(who);
            (open ??= here[who] = []).Add(address);
            if (open[0] != address)
            {
                Assert.Fail("A visitor who is here was given another address.");
            }
        }

        here.Values.Select(open => open[0]).Distinct().Count().Should().Be(here.Count);
        _addresses.Known.Should().BeInRange(here.Count, LoopbackRange.Visitors.Count);
    }

    [Fact]
    public async Task A_port_is_given_again_only_when_all_others_were()
    {
        int[][] given = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 15_000).Select(_ => _addresses.NextPort()).ToArray())));
        int[] all = [.. given.SelectMany(g => g)];
        all.Distinct().Count().Should().Be(all.Length);
        (all.Min(), all.Max()).Should().Be((1, all.Length), "they are taken in turn");
    }

    private VisitorAddress Enter(string identity) => _addresses.Enter("tor", identity);
}
