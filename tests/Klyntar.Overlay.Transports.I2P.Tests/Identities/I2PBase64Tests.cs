using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Transports.I2P.Tests;

public sealed class I2PBase64Tests
{
    [Theory]
    [InlineData(new byte[] { 0xFB, 0xEF, 0xBE }, "----")]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF }, "~~~~")]
    [InlineData(new byte[] { 0 }, "AA==")]
    public void The_alphabet_is_I2Ps(byte[] bytes, string text)
    {
        I2PBase64.EncodeToString(bytes).Should().Be(text);
        I2PBase64.TryDecode(text).Should().Equal(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AA")]
    [InlineData("AA=")]
    [InlineData("AB==")]
    [InlineData("A A=")]
    [InlineData("AAAA\n")]
    [InlineData("++++")]
    [InlineData("////")]
    [InlineData("AA==AA==")]
    [InlineData("=AAA")]
    [InlineData("ÁAAA")]
    public void What_no_bytes_are_written_as_is_refused(string text) => I2PBase64.TryDecode(text).Should().BeNull();

    [Fact]
    public void Any_bytes_are_read_back_and_any_text_that_is_read_is_the_only_one_of_its_bytes()
    {
        Gen.Byte.Array[1, 100].Sample(bytes => I2PBase64.TryDecode(I2PBase64.EncodeToString(bytes)).Should().Equal(bytes));
        Gen.String[Gen.Char["AZaz09-~=+/ "], 0, 12].Sample(text =>
        {
            if (I2PBase64.TryDecode(text) is { } bytes)
            {
                Encoding.ASCII.GetString(I2PBase64.Encode(bytes)).Should().Be(text);
            }
        });
    }
}
