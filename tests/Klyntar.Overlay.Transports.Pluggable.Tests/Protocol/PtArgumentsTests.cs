using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Transports.Pluggable.Tests;

/// <summary>Arguments of connections: pt-spec, sections 3.3.3 and 3.5.</summary>
public sealed class PtArgumentsTests
{
    [Fact]
    public void Without_arguments_no_authentication_is_offered() => PtArguments.None.ToCredentials().Should().BeNull();

    [Fact]
    public void Few_arguments_are_a_user_name_and_a_password_of_one_nul()
    {
        (string user, string password) = Credentials(("rocks", "20"), ("height", "5.6m"));

        user.Should().Be("rocks=20;height=5.6m");
        password.Should().Be("\0");
    }

    [Fact]
    public void What_means_something_is_escaped() => Credentials(("a;b", @"c\d=e")).User.Should().Be(@"a\;b=c\\d\=e");

    [Theory]
    [InlineData(253, 255, 1)]
    [InlineData(254, 255, 1)]
    [InlineData(508, 255, 255)]
    public void Many_arguments_go_on_in_the_password(int length, int user, int password)
    {
        (string first, string second) = Credentials(("k", new string('v', length)));

        (first.Length, second.Length).Should().Be((user, password));
        (first + second.TrimEnd('\0')).Should().Be("k=" + new string('v', length));
    }

    [Fact]
    public void What_socks_cannot_say_is_refused()
    {
        PtArguments.TryMake([new("k", new string('v', 509))]).Should().BeNull();
        PtArguments.TryMake([new("", "v")]).Should().BeNull();
        PtArguments.TryMake([new("k", "a\0b")]).Should().BeNull();
    }

    [Fact]
    public void What_a_server_tells_is_what_a_client_is_told() =>
        Gen.Select(Gen.String[Gen.Char[' ', '~'], 1, 8], Gen.String[Gen.Char[' ', '~'], 0, 20]).Array[1, 6].Sample(static pairs =>
        {
            static string Escape(string text) => text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(",", @"\,", StringComparison.Ordinal).Replace("=", @"\=", StringComparison.Ordinal);
            string written = string.Join(',', pairs.Select(pair => $"{Escape(pair.Item1)}={Escape(pair.Item2)}"));
            return PtArguments.TryReadServers(written, out PtArguments? read)
                && read.Pairs.SequenceEqual(pairs.Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2)));
        });

    [Fact]
    public void Their_values_are_in_no_text_of_theirs() => PtArguments.TryMake([new("cert", "secret")])!.ToString().Should().NotContain("secret");

    private static (string User, string Password) Credentials(params (string Key, string Value)[] pairs)
    {
        (ReadOnlyMemory<byte> user, ReadOnlyMemory<byte> password) = PtArguments.TryMake(pairs.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)))!.ToCredentials()!.Value;
        return (Encoding.UTF8.GetString(user.Span), Encoding.UTF8.GetString(password.Span));
    }
}
