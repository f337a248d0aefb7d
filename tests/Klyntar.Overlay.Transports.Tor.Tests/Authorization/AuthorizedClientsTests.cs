using CsCheck;
using Klyntar.Overlay.Keys;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class AuthorizedClientsTests
{
    private const string Key = "HS4FTV2WSXK4JHDNPMG6V4GHCFMR2M5VU3PIBZLATHGNKGOSGROQ";

    [Theory]
    [InlineData(Key)]
    [InlineData("descriptor:x25519:" + Key)]
    [InlineData("  descriptor:x25519:hs4ftv2wsxk4jhdnpmg6v4ghcfmr2m5vu3pibzlathgnkgosgroq\n")]
    public void A_public_part_is_taken_as_the_client_gave_it(string text)
    {
        var clients = new Dictionary<string, string> { ["alice"] = text };
        AuthorizedClients.Check(clients).Should().BeEmpty();
        AuthorizedClients.Keys(clients).Should().Equal(Key);
    }

    [Theory]
    [InlineData("", "52 letters and digits")]
    [InlineData("descriptor:x25519:", "52 letters and digits")]
    [InlineData("descriptor:x25519:HS4F", "52 letters and digits")]
    [InlineData("HS4FTV2WSXK4JHDNPMG6V4GHCFMR2M5VU3PIBZLATHGNKGOSGRO1", "52 letters and digits")]
    [InlineData("HS4FTV2WSXK4JHDNPMG6V4GHCFMR2M5VU3PIBZLATHGNKGOSGROR", "52 letters and digits")] // left-over bits: another text for the same key
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "anybody could use")]
    [InlineData("AEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "anybody could use")]
    [InlineData("x25519:+N4eKK8i3pVFdBySsEtHEQv+D4CLZmLAAJNWBz1bDlg=", "private key")]
    [InlineData("coepmsg27ya5wchdadpdytb2cfd5ckvqlxtgtafcire57iuwmz5ejdad:descriptor:x25519:HS4FTV2WSXK4JHDNPMG6V4GHCFMR2M5VU3PIBZLATHGNKGOSGROQ", "private key")]
    public void What_is_no_public_part_is_told_by_the_clients_name_and_not_repeated(string text, string reason)
    {
        string problem = AuthorizedClients.Check(new Dictionary<string, string> { ["alice"] = text }).Should().ContainSingle().Subject;
        problem.Should().Contain("\"alice\"").And.Contain(reason);
        if (text.Length > 30)
        {
            problem.Should().NotContain(text[^12..]);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\r\nQUIT")]
    [InlineData("é")]
    public void A_name_that_could_be_mistaken_is_refused_without_being_shown(string name)
    {
        string problem = AuthorizedClients.Check(new Dictionary<string, string> { [name] = Key }).Should().ContainSingle().Subject;
        problem.Should().Contain("1 to 64").And.NotContain("QUIT");
    }

    [Fact]
    public void One_key_under_two_names_is_refused_in_any_spelling()
    {
        AuthorizedClients.Check(new Dictionary<string, string> { ["alice"] = Key, ["bob"] = $"descriptor:x25519:{Key.ToLowerInvariant()}" })
            .Should().ContainSingle().Which.Should().Contain("\"alice\" and \"bob\"");
    }

    [Fact]
    public void As_many_clients_as_the_directories_take_and_no_more()
    {
        Dictionary<string, string> clients = Enumerable.Range(0, AuthorizedClients.Most)
            .ToDictionary(i => $"c{i}", _ => AuthorizedClients.PublicPart(X25519Key.Create().PublicKey));
        AuthorizedClients.Check(clients).Should().BeEmpty();
        AuthorizedClients.Keys(clients).Should().HaveCount(320);
        clients["more"] = Key;
        AuthorizedClients.Check(clients).Should().ContainSingle().Which.Should().Contain("321 clients").And.Contain("320");
    }

    [Fact]
    public void All_problems_are_told_at_once() =>
        AuthorizedClients.Check(new Dictionary<string, string> { ["alice"] = "?", [""] = Key, ["bob"] = "?" }).Should().HaveCount(3);

    [Fact]
    public void Any_text_gives_an_answer_and_what_is_taken_can_be_sent() => Gen.OneOf(
        Gen.String,
        Gen.String[Gen.Char["abYZ27:= \n"], 0, 60],
        Gen.Byte.Array[32].Select(static b => AuthorizedClients.PublicPart(b))).Sample(text =>
    {
        var clients = new Dictionary<string, string> { ["alice"] = text };
        if (!AuthorizedClients.Check(clients).Any())
        {
            AuthorizedClients.Keys(clients).Should().ContainSingle().Which.Should().MatchRegex("^[A-Z2-7]{52}$");
        }
    });
}
