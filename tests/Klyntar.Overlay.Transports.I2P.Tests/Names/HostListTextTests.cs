using System.Text;

namespace Klyntar.Overlay.Transports.I2P.Tests;

/// <summary>What a host list says: any bytes give an answer, and only lines in good order count.</summary>
public sealed class HostListTextTests
{
    [Fact]
    public void Names_lead_to_their_destinations_in_any_case_and_with_the_words_of_registrars()
    {
        HostListText text = Parse($"# a comment\r\nNode.I2P={Vectors.Destination}\r\n\nold.i2p={Vectors.DsaDestination}#!date=1#sig=x\nnode.i2p={Vectors.P521Destination}\n");
        text.Hosts.Should().HaveCount(2).And.Contain("node.i2p", Vectors.Destination).And.Contain("old.i2p", Vectors.DsaDestination);
        (text.Odd, text.FirstOdd).Should().Be((0, 0));
    }

    [Theory]
    [InlineData("example.com=" + Vectors.Destination)]
    [InlineData(Vectors.Host + "=" + Vectors.DsaDestination)]
    [InlineData("a.i2p")]
    [InlineData("=a")]
    [InlineData("a.i2p=")]
    [InlineData("a.i2p=" + Vectors.Host)]
    [InlineData("a.i2p=" + Vectors.PrivateKey)]
    [InlineData("a.i2p=\0")]
    [InlineData("router.i2p=" + Vectors.Destination)]
    [InlineData("\u00e9.i2p=" + Vectors.Destination)]
    public void A_line_that_is_none_is_passed_over_and_counted(string line)
    {
        HostListText text = Parse($"good.i2p={Vectors.Destination}\n{line}\n");
        text.Hosts.Keys.Should().Equal("good.i2p");
        (text.Odd, text.FirstOdd).Should().Be((1, 2));
    }

    [Fact]
    public void More_names_than_anybody_needs_are_not_taken_in()
    {
        var many = new StringBuilder();
        for (int i = 0; i < 20_001; i++)
        {
            many.Append('n').Append(i).Append(".i2p=").Append(Vectors.Destination).Append('\n');
        }

        HostListText text = Parse(many.ToString());
        text.Hosts.Should().HaveCount(20_000);
        (text.Odd, text.FirstOdd).Should().Be((1, 20_001));
    }

    [Fact]
    public void Any_bytes_give_an_answer()
    {
        var random = new Random(1);
        for (int i = 0; i < 1_000; i++)
        {
            byte[] bytes = new byte[random.Next(2_000)];
            random.NextBytes(bytes);
            HostListText.Parse(bytes).Hosts.Should().BeEmpty();
        }
    }

    private static HostListText Parse(string text) => HostListText.Parse(Encoding.Latin1.GetBytes(text));
}
