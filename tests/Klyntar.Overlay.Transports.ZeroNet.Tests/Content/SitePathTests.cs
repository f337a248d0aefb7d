namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class SitePathTests
{
    [Theory]
    [InlineData("index.html")]
    [InlineData("klyntar-endpoints.json")]
    [InlineData("data/users/a b.json")]
    [InlineData("..a/b..c/.d")]
    [InlineData("Ключ/😀.txt")]
    [InlineData("console/com10.txt")]
    public void A_file_within_a_site_is_taken(string path) => SitePath.IsValid(path).Should().BeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("a/..")]
    [InlineData("./a")]
    [InlineData("a//b")]
    [InlineData("/etc/passwd")]
    [InlineData("a/")]
    [InlineData("..\\a")]
    [InlineData("C:a")]
    [InlineData("a.")]
    [InlineData("a ")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a?b")]
    [InlineData("con")]
    [InlineData("data/NUL.json")]
    [InlineData("lpt1")]
    public void What_leads_elsewhere_or_is_no_file_of_every_system_is_not(string path) => SitePath.IsValid(path).Should().BeFalse();

    [Fact]
    public void A_path_may_be_as_long_as_real_nodes_take_it()
    {
        SitePath.IsValid(new string('a', SitePath.MostLength)).Should().BeTrue();
        SitePath.IsValid(new string('a', SitePath.MostLength + 1)).Should().BeFalse();
    }
}
