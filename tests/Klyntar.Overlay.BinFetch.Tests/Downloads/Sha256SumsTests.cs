using System.Text;
using CsCheck;

namespace Klyntar.Overlay.BinFetch.Tests;

public sealed class Sha256SumsTests
{
    private const string Name = "tor-expert-bundle-linux-x86_64-15.0.24.tar.gz";

    private static readonly string Sum = new('a', 64);
    private static readonly string Other = new('b', 64);

    [Theory]
    [InlineData("{0}  {2}\n")]
    [InlineData("{0} *{2}\n")]
    [InlineData("{0}  {2}")]
    [InlineData("{0}  {2}\r\n")]
    [InlineData("{1}  first\n{0}  {2}\n{1}  last\n")]
    [InlineData("# words\n\n{0}  {2}\n")]
    [InlineData("{0}  {2}\n{0}  {2}\n")]
    public void The_sum_of_the_file_of_that_name_is_found(string list) => Find(list).Should().Be(Sum);

    [Theory]
    [InlineData("")]
    [InlineData("{0}  x{2}\n")]
    [InlineData("{0}  {2}x\n")]
    [InlineData("{0}  {2} \n")]
    [InlineData("{0}   {2}\n")]
    [InlineData("{0} {2}\n")]
    [InlineData("a{0}  {2}\n")]
    [InlineData("g000000000000000000000000000000000000000000000000000000000000000  {2}\n")]
    [InlineData("{0}  {2}\n{1}  {2}\n")]
    [InlineData("{0}  tor-expert-bundle-linux-x86_64-15.0.23.tar.gz\n")]
    public void Another_name_no_sum_or_two_sums_are_none(string list) => Find(list).Should().BeNull();

    [Fact]
    public void Capital_digits_are_read() => Find("{0}  {2}\n".Replace("{0}", Sum.ToUpperInvariant(), StringComparison.Ordinal)).Should().Be(Sum);

    [Fact]
    public void A_list_that_is_too_long_has_nothing() =>
        Sha256Sums.Find([.. Encoding.ASCII.GetBytes($"{Sum}  {Name}\n"), .. new byte[Sha256Sums.SizeLimit]], Name).Should().BeNull();

    [Fact]
    public void What_surrounds_the_line_changes_nothing() => Gen.Byte.Array[0, 200].Select(Gen.Byte.Array[0, 200]).Sample((before, after) =>
        Sha256Sums.Find([.. before, .. Encoding.ASCII.GetBytes($"\n{Sum}  {Name}\n"), .. after], Name) == Sum);

    private static string? Find(string list) => Sha256Sums.Find(Encoding.ASCII.GetBytes(string.Format(null, list, Sum, Other, Name)), Name);
}
