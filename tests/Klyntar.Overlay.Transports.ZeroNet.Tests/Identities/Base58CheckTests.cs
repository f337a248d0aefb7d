using CsCheck;
using Klyntar.Overlay.Tests;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

public sealed class Base58CheckTests
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    [Theory]
    [InlineData("", "3QJmnh")]
    [InlineData("00", "1Wh4bh")]
    [InlineData("000000000000000000000000000000000000000000", "1111111111111111111114oLvT2")]
    [InlineData("80" + KeyVectors.Secret, KeyVectors.Wif)]
    [InlineData("80" + KeyVectors.Secret + "01", KeyVectors.CompressedWif)]
    public void Bytes_are_written_as_elsewhere_and_each_zero_in_front_is_a_1(string hex, string text)
    {
        byte[] payload = Convert.FromHexString(hex);
        Base58Check.EncodeToString(payload).Should().Be(text);
        Base58Check.TryDecode(text, out byte[]? read, out string? why).Should().BeTrue(why);
        read.Should().Equal(payload);
    }

    [Theory]
    [InlineData("", "too short to have a checksum")]
    [InlineData("1", "too short to have a checksum")]
    [InlineData("111", "too short to have a checksum")]
    [InlineData("1111", "its checksum does not match")]
    [InlineData("zzz", "too short to have a checksum")]
    [InlineData("13QJmnh", "its checksum does not match")]
    [InlineData("Wh4bh", "its checksum does not match")]
    [InlineData("1N2XWu5soeppX2qUjvrf81rpdbShKJrjTR", "its checksum does not match")]
    [InlineData("0N2XWu5soeppX2qUjvrf81rpdbShKJrjTr", "one of 0, O, I and l")]
    [InlineData("lN2XWu5soeppX2qUjvrf81rpdbShKJrjTr", "one of 0, O, I and l")]
    [InlineData("1N2XWu5soeppX2qUjvrf81rpdbShKJrjTr ", "other than digits and letters")]
    [InlineData("\u00001N2XWu5soeppX2qUjvrf81rpdbShKJrjTr", "other than digits and letters")]
    [InlineData("１N2XWu5soeppX2qUjvrf81rpdbShKJrjTr", "other than digits and letters")]
    public void What_no_bytes_are_written_as_is_refused_with_the_reason(string text, string reason)
    {
        Base58Check.TryDecode(text, out byte[]? payload, out string? why).Should().BeFalse();
        payload.Should().BeNull();
        why.Should().Contain(reason);
    }

    [Theory]
    [InlineData('1')]
    [InlineData('z')]
    [InlineData('0')]
    public void A_megabyte_is_refused_unread(char character)
    {
        string text = new(character, 1 << 20);
        string? why = null;
        long allocated = Allocation.LeastOf(() => Base58Check.TryDecode(text, out _, out why).Should().BeFalse());
        why.Should().Be("it has 1048576 characters, and nothing on ZeroNet is written in more than 128");
        allocated.Should().BeLessThan(100_000);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public void The_most_bytes_that_are_written_are_read_back_whatever_they_are(byte value)
    {
        byte[] payload = [.. Enumerable.Repeat(value, Base58Check.MaxPayloadSize)];
        Base58Check.TryDecode(Base58Check.EncodeToString(payload), out byte[]? read, out string? why).Should().BeTrue(why);
        read.Should().Equal(payload);
        FluentActions.Invoking(() => Base58Check.Encode([.. payload, 0])).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Any_bytes_are_read_back() =>
        Gen.Select(Gen.Int[0, 20], Gen.Byte.Array[0, 60]).Sample((zeros, tail) =>
        {
            byte[] payload = [.. new byte[zeros], .. tail];
            Base58Check.TryDecode(Base58Check.EncodeToString(payload), out byte[]? read, out _).Should().BeTrue();
            read.Should().Equal(payload);
        });

    [Fact]
    public void Any_text_gives_an_answer_and_what_is_read_is_the_only_text_of_its_bytes()
    {
        Gen.String[Gen.OneOf(Gen.Char[Alphabet], Gen.Char), 0, 200].Sample(text =>
        {
            if (Base58Check.TryDecode(text, out byte[]? payload, out string? why))
            {
                Base58Check.EncodeToString(payload).Should().Be(text);
            }
            else
            {
                why.Should().NotBeNullOrEmpty();
            }
        });
    }

    [Fact]
    public void A_single_character_that_is_mistyped_is_always_noticed() =>
        Gen.Select(Gen.Int[0, KeyVectors.Wif.Length - 1], Gen.Char[Alphabet]).Sample((place, character) =>
        {
            string mistyped = KeyVectors.Wif[..place] + character + KeyVectors.Wif[(place + 1)..];
            Base58Check.TryDecode(mistyped, out _, out _).Should().Be(mistyped == KeyVectors.Wif);
        });
}
