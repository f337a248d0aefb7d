using System.Text;
using CsCheck;

namespace Klyntar.Overlay.Keys.Tests;

public sealed class Base32Tests
{
    /// <summary>RFC 4648, section 10, in lower case and without padding.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "my")]
    [InlineData("fo", "mzxq")]
    [InlineData("foo", "mzxw6")]
    [InlineData("foob", "mzxw6yq")]
    [InlineData("fooba", "mzxw6ytb")]
    [InlineData("foobar", "mzxw6ytboi")]
    public void The_vectors_of_RFC_4648_hold(string plain, string encoded)
    {
        Base32.Encode(Encoding.ASCII.GetBytes(plain)).Should().Be(encoded);
        byte[] decoded = new byte[plain.Length];
        Base32.TryDecode(encoded.ToUpperInvariant(), decoded).Should().BeTrue();
        Encoding.ASCII.GetString(decoded).Should().Be(plain);
    }

    [Fact]
    public void Any_bytes_come_back() => Gen.Byte.Array[0, 80].Sample(bytes =>
    {
        byte[] decoded = new byte[bytes.Length];
        Base32.TryDecode(Base32.Encode(bytes), decoded).Should().BeTrue();
        decoded.Should().Equal(bytes);

        char[] text = new char[Base32.GetEncodedLength(bytes.Length)];
        Base32.Encode(bytes, text);
        new string(text).Should().Be(Base32.Encode(bytes));
    });

    [Fact]
    public void Room_for_another_number_of_characters_is_a_bug()
    {
        Action encoding = () => Base32.Encode(new byte[5], new char[9]);
        encoding.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_value_has_one_text() => Gen.String[Gen.Char["abyz27AZ018=é\0"], 0, 20].Sample(text =>
    {
        byte[] decoded = new byte[Base32.GetDecodedLength(text.Length)];
        if (Base32.TryDecode(text, decoded))
        {
            Base32.Encode(decoded).Should().Be(text.ToLowerInvariant());
        }
    });

    [Theory]
    [InlineData("a", 0)]
    [InlineData("aaa", 1)]
    [InlineData("mz", 1)]
    [InlineData("my", 2)]
    [InlineData("my", 0)]
    [InlineData("m1", 1)]
    [InlineData("my======", 1)]
    public void What_no_bytes_give_is_refused(string text, int room) =>
        Base32.TryDecode(text, new byte[room]).Should().BeFalse();
}
