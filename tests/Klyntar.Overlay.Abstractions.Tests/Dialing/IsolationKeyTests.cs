using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Abstractions.Tests;

public sealed class IsolationKeyTests
{
    private static readonly Gen<byte[]> Part = Gen.Byte.Array[0, 20];

    [Fact]
    public void Equal_credentials_of_one_door_are_one_key()
    {
        Gen.String.Select(Part, Part).Sample((scope, user, password) =>
            IsolationKey.From(scope, user, password) == IsolationKey.From(scope, [.. user], [.. password]));
    }

    [Fact]
    public void Different_doors_users_or_passwords_are_different_keys()
    {
        Gen<(string, byte[], byte[])> client = Gen.Select(Gen.String[Gen.Char["ab"], 0, 2], Part, Part);
        client.Select(client).Sample((one, other) =>
        {
            bool same = one.Item1 == other.Item1 && one.Item2.AsSpan().SequenceEqual(other.Item2) && one.Item3.AsSpan().SequenceEqual(other.Item3);
            return same == (IsolationKey.From(one.Item1, one.Item2, one.Item3) == IsolationKey.From(other.Item1, other.Item2, other.Item3));
        });
    }

    [Fact]
    public void Moving_the_border_between_user_and_password_changes_the_key()
    {
        IsolationKey.From("d", "a"u8, "bc"u8).Should().NotBe(IsolationKey.From("d", "ab"u8, "c"u8));
        IsolationKey.From("d", "abc"u8, ""u8).Should().NotBe(IsolationKey.From("d", ""u8, "abc"u8));
        IsolationKey.From("da", "b"u8, "c"u8).Should().NotBe(IsolationKey.From("d", "ab"u8, "c"u8));
    }

    [Fact]
    public void Credentials_are_never_the_shared_key_even_when_empty()
    {
        IsolationKey.From("", [], []).Should().NotBe(IsolationKey.Shared);
        default(IsolationKey).Should().Be(IsolationKey.Shared);
    }

    [Fact]
    public void Unique_keys_differ_from_all_others()
    {
        HashSet<IsolationKey> keys = [IsolationKey.Shared];
        for (int i = 0; i < 1000; i++)
        {
            keys.Add(IsolationKey.Unique()).Should().BeTrue();
        }
    }

    [Fact]
    public void A_key_prints_as_32_hexadecimal_digits_that_do_not_show_the_credentials()
    {
        string text = IsolationKey.From("door", "alice"u8, "secret"u8).ToString();
        text.Should().MatchRegex("^[0-9a-f]{32}$");
        text.Should().NotContain(Convert.ToHexStringLower(Encoding.ASCII.GetBytes("alice")));
        IsolationKey.Shared.ToString().Should().Be(new string('0', 32));
    }
}
