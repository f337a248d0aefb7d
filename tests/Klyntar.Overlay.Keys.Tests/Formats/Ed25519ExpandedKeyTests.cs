using CsCheck;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Klyntar.Overlay.Keys.Tests;

public sealed class Ed25519ExpandedKeyTests
{
    /// <summary>RFC 8032, section 7.1: secret key (a seed) and public key.</summary>
    [Theory]
    [InlineData("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")]
    [InlineData("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")]
    [InlineData("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")]
    [InlineData("f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5", "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e")]
    [InlineData("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42", "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf")]
    public void The_vectors_of_RFC_8032_hold(string seed, string publicKey)
    {
        Ed25519ExpandedKey key = Ed25519ExpandedKey.FromSeed(Convert.FromHexString(seed));
        Convert.ToHexStringLower(key.PublicKey).Should().Be(publicKey);
        Convert.ToHexStringLower(Ed25519ExpandedKey.TryFromExpanded(key.Bytes)!.PublicKey).Should().Be(publicKey);
    }

    [Fact]
    public void Any_seed_gives_the_public_key_that_the_library_gives() => Gen.Byte.Array[32].Sample(seed =>
    {
        byte[] expected = new byte[32];
        Ed25519.GeneratePublicKey(seed, 0, expected, 0);
        Ed25519ExpandedKey.FromSeed(seed).PublicKey.ToArray().Should().Equal(expected);
    }, iter: 300);

    [Fact]
    public void A_signature_is_that_of_the_seed_and_the_library_verifies_it() => Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[0, 100]).Sample((seed, message) =>
    {
        byte[] expected = new byte[Ed25519ExpandedKey.SignatureSize];
        Ed25519.Sign(seed, message, expected);
        Ed25519ExpandedKey key = Ed25519ExpandedKey.FromSeed(seed);
        key.Sign(message).Should().Equal(expected);
        Ed25519.Verify(expected, key.PublicKey, message).Should().BeTrue();
    }, iter: 100);

    /// <summary>RFC 8032, section 7.1, test 3.</summary>
    [Fact]
    public void The_signature_of_RFC_8032_holds() =>
        Convert.ToHexStringLower(Ed25519ExpandedKey.FromSeed(Convert.FromHexString("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")).Sign([0xaf, 0x82])).Should().Be(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");

    [Fact]
    public void Any_clamped_scalar_is_taken_as_it_is_and_any_other_refused() => Gen.Byte.Array[64].Sample(bytes =>
    {
        byte[] clamped = [.. bytes];
        Ed25519.ExpandedKey.Prune(clamped, 0);
        Ed25519ExpandedKey? key = Ed25519ExpandedKey.TryFromExpanded(bytes);
        (key is not null).Should().Be(bytes.AsSpan().SequenceEqual(clamped));

        Ed25519ExpandedKey valid = Ed25519ExpandedKey.TryFromExpanded(clamped)!;
        valid.Bytes.ToArray().Should().Equal(clamped);
        Ed25519.ValidatePublicKeyFull(valid.PublicKey).Should().BeTrue();
    }, iter: 300);

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    [InlineData(63)]
    [InlineData(65)]
    public void Another_length_is_no_expanded_key(int length) =>
        Ed25519ExpandedKey.TryFromExpanded(new byte[length]).Should().BeNull();

    [Fact]
    public void Two_new_keys_differ() =>
        Ed25519ExpandedKey.Create().PublicKey.SequenceEqual(Ed25519ExpandedKey.Create().PublicKey).Should().BeFalse();

    [Fact]
    public void A_key_does_not_print_itself() => Ed25519ExpandedKey.Create().ToString().Should().Be("an Ed25519 key");
}
