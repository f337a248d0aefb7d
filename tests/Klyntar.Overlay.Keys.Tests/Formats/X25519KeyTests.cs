using CsCheck;

namespace Klyntar.Overlay.Keys.Tests;

public sealed class X25519KeyTests
{
    /// <summary>RFC 7748, section 6.1, then two keys that OpenSSL 3.0 made for this test: published with it, and never anybody's.</summary>
    [Theory]
    [InlineData("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a", "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")]
    [InlineData("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb", "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")]
    [InlineData("f8de1e28af22de9545741c92b04b47110bfe0f808b6662c0009356073d5b0e58", "3cb859d75695d5c49c6d7b0deaf0c711591d33b5a6de80e56099ccd519d2345d")]
    [InlineData("40001b04311b58a346c7d5b0876dced12f8986acf9c2546ede1a0e140049704f", "a8bada0849db24bb1b748bfdeabefb312cff89db3ad14cc9f5c6e5d11ab06274")]
    public void The_vectors_of_RFC_7748_and_of_OpenSSL_hold(string privateKey, string publicKey)
    {
        X25519Key key = X25519Key.TryFromPrivate(Convert.FromHexString(privateKey))!;
        Convert.ToHexStringLower(key.PublicKey).Should().Be(publicKey);
        Convert.ToHexStringLower(key.Bytes).Should().Be(privateKey, "it is kept as it was given, clamped or not");
        X25519Key.IsPublicKey(key.PublicKey).Should().BeTrue();
    }

    [Fact]
    public void Clamping_makes_no_other_key() => Gen.Byte.Array[32].Where(b => b.Any(x => x != 0)).Sample(bytes =>
    {
        byte[] clamped = [.. bytes];
        clamped[0] &= 0b1111_1000;
        clamped[31] = (byte)((clamped[31] & 0b0111_1111) | 0b0100_0000);
        X25519Key.TryFromPrivate(clamped)!.PublicKey.ToArray().Should().Equal(X25519Key.TryFromPrivate(bytes)!.PublicKey.ToArray());
    }, iter: 200);

    /// <summary>The points of small order, each encrypting to everybody, and their other spellings below 2^255.</summary>
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000080")]
    public void A_point_of_small_order_is_nobodys_key(string point) => X25519Key.IsPublicKey(Convert.FromHexString(point)).Should().BeFalse();

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Another_length_is_no_key(int length)
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)9, length)];
        X25519Key.TryFromPrivate(bytes).Should().BeNull();
        X25519Key.IsPublicKey(bytes).Should().BeFalse();
    }

    [Fact]
    public void Zeros_are_no_key() => X25519Key.TryFromPrivate(new byte[32]).Should().BeNull();

    [Fact]
    public void Two_new_keys_differ() => X25519Key.Create().PublicKey.SequenceEqual(X25519Key.Create().PublicKey).Should().BeFalse();

    [Fact]
    public void A_key_does_not_print_itself() => X25519Key.Create().ToString().Should().Be("an X25519 key");
}
