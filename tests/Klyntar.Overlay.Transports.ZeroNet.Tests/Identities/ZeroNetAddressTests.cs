using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class ZeroNetAddressTests
{
    [Theory]
    [InlineData(KeyVectors.Address)]
    [InlineData(KeyVectors.CompressedAddress)]
    [InlineData(KeyVectors.Index0Address)]
    [InlineData("1HeLLo4uzjaLetFx6NH3PMwFP3qbRbTf3D")]
    [InlineData("1111111111111111111114oLvT2")]
    public void An_address_is_read_and_written_as_it_was(string text)
    {
        ZeroNetAddress.TryParse(text, out ZeroNetAddress? address, out string? why).Should().BeTrue(why);
        address!.Text.Should().Be(text);
        address.ToString().Should().Be(text);
        ZeroNetAddress.TryParse(text, out ZeroNetAddress? again, out _).Should().BeTrue();
        address.Should().Be(again);
    }

    [Theory]
    [InlineData("", "too short")]
    [InlineData("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "an address of another kind (version 5)")]
    [InlineData("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "an address of another kind (version 111)")]
    [InlineData(KeyVectors.Wif, "stands for 33 bytes, and an address for 21")]
    [InlineData("1Wh4bh", "stands for 1 bytes")]
    [InlineData("3QJmnh", "stands for 0 bytes")]
    [InlineData("1n2xwu5soeppx2qujvrf81rpdbshkjrjtr", "checksum does not match")]
    [InlineData(" 1N2XWu5soeppX2qUjvrf81rpdbShKJrjTr", "other than digits and letters")]
    [InlineData("11N2XWu5soeppX2qUjvrf81rpdbShKJrjTr", "checksum does not match")]
    public void What_is_no_address_is_refused_with_the_reason(string text, string reason)
    {
        ZeroNetAddress.TryParse(text, out ZeroNetAddress? address, out string? why).Should().BeFalse();
        address.Should().BeNull();
        why.Should().Contain(reason);
    }

    [Fact]
    public void A_zero_and_any_20_bytes_are_an_address_and_nothing_else_is() =>
        Gen.Select(Gen.Byte, Gen.Byte.Array[18, 22]).Sample((version, hash) =>
        {
            string text = Base58Check.EncodeToString([version, .. hash]);
            ZeroNetAddress.TryParse(text, out ZeroNetAddress? address, out _).Should().Be(version == 0 && hash.Length == 20);
            (address is null || address.Text == text).Should().BeTrue();
        });

    [Fact]
    public void Any_text_gives_an_answer() =>
        Gen.String[0, 200].Sample(text => ZeroNetAddress.TryParse(text, out _, out string? why).Should().Be(why is null));
}
