using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class ZeroNetPrivateKeyTests
{
    [Theory]
    [InlineData(KeyVectors.Secret, false, KeyVectors.Wif, KeyVectors.Address)]
    [InlineData(KeyVectors.Secret, true, KeyVectors.CompressedWif, KeyVectors.CompressedAddress)]
    [InlineData(KeyVectors.One, false, "5HpHagT65TZzG1PH3CSu63k8DbpvD8s5ip4nEB3kEsreAnchuDf", "1EHNa6Q4Jz2uvNExL497mE43ikXhwF6kZm")]
    [InlineData(KeyVectors.One, true, "KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH")]
    [InlineData(KeyVectors.LargestSecret, false, "5Km2kuu7vtFDPpxywn4u3NLpbr5jKpTB3jsuDU2KYEqetqj84qw", "1JPbzbsAx1HyaDQoLMapWGoqf9pD5uha5m")]
    [InlineData(KeyVectors.LargestSecret, true, "L5oLkpV3aqBjhki6LmvChTCV6odsp4SXM6FfU2Gppt5kFLaHLuZ9", "1GrLCmVQXoyJXaPJQdqssNqwxvha1eUo2E")]
    public void A_key_has_the_text_and_the_address_that_it_has_elsewhere(string secret, bool compressed, string wif, string address)
    {
        ZeroNetPrivateKey.TryFromSecret(Convert.FromHexString(secret), compressed, out ZeroNetPrivateKey? made).Should().BeTrue();
        ZeroNetPrivateKey read = Read(wif);
        foreach (ZeroNetPrivateKey key in (ZeroNetPrivateKey[])[made!, read])
        {
            key.IsCompressed.Should().Be(compressed);
            key.PublicKey.Length.Should().Be(compressed ? 33 : 65);
            key.Address.Text.Should().Be(address);
            Encoding.ASCII.GetString(key.ToWif()).Should().Be(wif);
        }
    }

    [Fact]
    public void The_public_key_of_one_is_the_base_point()
    {
        ZeroNetPrivateKey.TryFromSecret(Convert.FromHexString(KeyVectors.One), isCompressed: true, out ZeroNetPrivateKey? compressed).Should().BeTrue();
        Convert.ToHexString(compressed!.PublicKey).Should().Be("02" + KeyVectors.BasePoint);
        ZeroNetPrivateKey.TryFromSecret(Convert.FromHexString(KeyVectors.One), isCompressed: false, out ZeroNetPrivateKey? key).Should().BeTrue();
        Convert.ToHexString(key!.PublicKey).Should().Be($"04{KeyVectors.BasePoint}483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8");
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData(KeyVectors.Zero)]
    [InlineData(KeyVectors.Order)]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData("00" + KeyVectors.One)]
    public void What_is_not_a_number_from_1_to_n_minus_1_in_32_bytes_is_no_secret(string hex) =>
        ZeroNetPrivateKey.TryFromSecret(Convert.FromHexString(hex), isCompressed: false, out _).Should().BeFalse();

    [Theory]
    [InlineData("80" + KeyVectors.Zero, "zero or beyond the curve's")]
    [InlineData("80" + KeyVectors.Order + "01", "zero or beyond the curve's")]
    [InlineData("80" + KeyVectors.Secret + "00", "ends with a byte that no private key ends with")]
    [InlineData("80" + KeyVectors.Secret + "0101", "stands for 35 bytes")]
    [InlineData("80", "stands for 1 bytes, and a private key for 33, or 34 where it is compressed")]
    [InlineData("", "stands for 0 bytes")]
    [InlineData("EF" + KeyVectors.Secret, "of another kind (version 239), and private keys of ZeroNet have 128")]
    public void What_has_a_checksum_but_is_no_key_is_refused_with_the_reason(string hex, string reason) =>
        Why(Base58Check.Encode(Convert.FromHexString(hex))).Should().Contain(reason).And.NotContain("8BECD246");

    [Fact]
    public void A_text_that_is_damaged_or_huge_is_refused_with_the_reason()
    {
        byte[] wif = Encoding.ASCII.GetBytes(KeyVectors.Wif);
        Why(wif.AsSpan(1)).Should().Contain("checksum does not match");
        Why([.. wif, (byte)'\n']).Should().Contain("other than digits and letters");
        Why([]).Should().Contain("too short");
        Why(new byte[1 << 20]).Should().Be("it has 1048576 characters, and a private key has at most 52");
        Why(new byte[129]).Should().Contain("129 characters");
    }

    [Fact]
    public void A_new_key_is_no_other_and_as_ZeroNet_makes_them()
    {
        ZeroNetPrivateKey[] keys = [.. Enumerable.Range(0, 16).Select(_ => ZeroNetPrivateKey.Create())];
        keys.Select(key => key.Address).Should().OnlyHaveUniqueItems();
        keys.Should().OnlyContain(key => !key.IsCompressed && key.ToWif().Length == 51 && key.ToWif()[0] == '5');
    }

    [Fact]
    public void Any_secret_is_read_back_with_its_address() =>
        Gen.Select(Gen.Byte.Array[32], Gen.Bool).Sample(
            (secret, compressed) =>
            {
                if (ZeroNetPrivateKey.TryFromSecret(secret, compressed, out ZeroNetPrivateKey? key))
                {
                    ZeroNetPrivateKey again = Read(Encoding.ASCII.GetString(key.ToWif()));
                    again.Address.Should().Be(key.Address);
                    again.IsCompressed.Should().Be(compressed);
                    again.ToWif().Should().Equal(key.ToWif());
                }
            },
            iter: 100);

    [Fact]
    public void Any_bytes_give_an_answer() =>
        Gen.OneOf(Gen.Byte.Array[0, 200], Gen.Byte.Array[0, 60].Select(payload => Base58Check.Encode(payload))).Sample(
            bytes => ZeroNetPrivateKey.TryReadWif(bytes, out ZeroNetPrivateKey? key, out string? why).Should().Be(key is not null && why is null));

    [Fact]
    public void A_key_never_prints_its_secret()
    {
        ZeroNetPrivateKey key = Read(KeyVectors.Wif);
        key.ToString().Should().Be("a site's private key");
        $"{key}".Should().NotContainAny(KeyVectors.Wif, KeyVectors.Secret);
    }

    private static ZeroNetPrivateKey Read(string wif)
    {
        ZeroNetPrivateKey.TryReadWif(Encoding.ASCII.GetBytes(wif), out ZeroNetPrivateKey? key, out string? why).Should().BeTrue(why);
        return key!;
    }

    private static string? Why(ReadOnlySpan<byte> text)
    {
        ZeroNetPrivateKey.TryReadWif(text, out _, out string? why).Should().BeFalse();
        return why;
    }
}
