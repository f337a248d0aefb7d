using System.Text;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class StreamIsolationTests
{
    [Fact]
    public void The_user_is_the_key_and_the_password_its_generation()
    {
        IsolationKey key = IsolationKey.Unique();
        (ReadOnlyMemory<byte> user, ReadOnlyMemory<byte> password) = StreamIsolation.Credentials(key, 12);
        Encoding.ASCII.GetString(user.Span).Should().Be(key.ToString());
        Encoding.ASCII.GetString(password.Span).Should().Be("12");
    }

    [Fact]
    public void No_clients_own_name_can_reach_tor_and_none_starts_with_tors_reserved_prefix()
    {
        IsolationKey key = IsolationKey.From("door", "<torS0X>0"u8, "x"u8);
        Encoding.ASCII.GetString(StreamIsolation.Credentials(key, 0).User.Span).Should().MatchRegex("^[0-9a-f]{32}$");
    }

    [Fact]
    public void Dials_that_hung_together_move_on_together()
    {
        var isolation = new StreamIsolation();
        IsolationKey key = IsolationKey.Shared;
        isolation.Leave(key, "a.onion", 0);
        isolation.Leave(key, "a.onion", 0);
        isolation.Generation(key, "a.onion").Should().Be(1);
        isolation.Leave(key, "a.onion", 1);
        isolation.Leave(key, "a.onion", 0);
        isolation.Generation(key, "a.onion").Should().Be(2);
        isolation.Generation(key, "b.onion").Should().Be(0, "another address is another circuit");
        isolation.Generation(IsolationKey.Unique(), "a.onion").Should().Be(0);
    }

    [Fact]
    public void New_circuits_part_all_keys_from_whatever_they_had_before()
    {
        var isolation = new StreamIsolation();
        isolation.Leave(IsolationKey.Shared, "a.onion", 0);
        isolation.Leave(IsolationKey.Shared, "a.onion", 1);
        HashSet<int> before = [isolation.Generation(IsolationKey.Shared, "a.onion"), isolation.Generation(IsolationKey.Shared, "b.onion"), 1];
        for (int i = 0; i < 3; i++)
        {
            isolation.LeaveAll();
            int a = isolation.Generation(IsolationKey.Shared, "a.onion");
            isolation.Generation(IsolationKey.Shared, "b.onion").Should().Be(a);
            before.Add(a).Should().BeTrue("that generation is new");
            isolation.Leave(IsolationKey.Shared, "a.onion", a - 1);
            isolation.Generation(IsolationKey.Shared, "a.onion").Should().Be(a, "a dial from before hung on a circuit that is left already");
            isolation.Leave(IsolationKey.Shared, "a.onion", a);
            before.Add(isolation.Generation(IsolationKey.Shared, "a.onion")).Should().BeTrue("that generation is new");
        }
    }

    [Fact]
    public void The_table_is_bounded()
    {
        var isolation = new StreamIsolation();
        isolation.Leave(IsolationKey.Shared, "first.onion", 0);
        for (int i = 0; i < 5_000; i++)
        {
            isolation.Leave(IsolationKey.Shared, $"{i}.onion", 0);
        }

        isolation.Generation(IsolationKey.Shared, "first.onion").Should().Be(0);
        isolation.Generation(IsolationKey.Shared, "4999.onion").Should().Be(1);
    }
}
